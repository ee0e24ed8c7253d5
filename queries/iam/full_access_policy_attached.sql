/*---
id: full_access_policy_attached
title: Policy with full access to a service attached
severity: low
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  AWS's FullAccess policies and PowerUserAccess are made for trying things out: they reach every resource of a
  service, and many let their owner pass roles. A policy of one's own for the job is safer.
false_positives:
  - Administrators of that service.
  - Set-up of new projects.
respond:
  - >
    Ask what the user, role or group is for, and see what it used (`aws iam
    generate-service-last-accessed-details --arn ARN`).
  - Replace the policy by one with the actions and resources that were used.
  - >
    If the caller is unknown, treat it as an intruder who makes room: look at its timeline.
references:
  - AWS managed policies, https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy')
  -- IAMFullAccess is as good as AdministratorAccess: see the rules about that.
  AND regexp_like(request_parameters ->> 'policyArn', ':iam::aws:policy/([^:]*/)?(PowerUserAccess|[^:/]*FullAccess)$')
  AND coalesce(request_parameters ->> 'policyArn', '') NOT LIKE '%/IAMFullAccess'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
