/*---
id: admin_rights_given_by_role_or_tool
title: Role session or deployment tool gave administrator rights
severity: medium
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  A role session, or a tool such as Terraform, attached the administrator policy to a user, wrote an inline policy with
  all rights, or changed a policy in use to allow everything. Pipelines and platform roles do this when they set up
  accounts; so does an intruder with a stolen session.
false_positives:
  - A pipeline or platform role that sets up an account or an emergency user; a change request exists.
respond:
  - Find out who or what held the session, by the session name in user_arn and the address.
  - >
    Ask its owner. Look at what else that session did before and after (`trailhound query -f principal_timeline`).
  - >
    Unexplained: take the rights away (`aws iam detach-user-policy`, `delete-user-policy` and their like), and revoke
    the role's sessions.
references:
  - AttachUserPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
  - PutRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
  - CreatePolicyVersion, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
---*/
-- Roles and groups that get the managed policy are admin_policy_attached_to_role_or_group.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('AttachUserPolicy', 'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicyVersion')
  AND (
    user_type = 'AssumedRole'
    OR regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane')
  )
  AND ((event_name IS DISTINCT FROM 'CreatePolicyVersion') OR lower(request_parameters ->> 'setAsDefault') = 'true')
  AND (
    regexp_like(request_parameters ->> 'policyArn', ':policy/([^:]*/)?(AdministratorAccess|IAMFullAccess)$')
    -- Braces tell statements apart: one without a condition has none inside, once variables (${aws:username}) and
    -- empty conditions are gone. Statements that deny are taken out too.
    OR regexp_like(
      regexp_replace(
        regexp_replace(request_parameters ->> 'policyDocument', '\$\{[^{}]*\}|\{\s*\}', '', 'g'),
        '\{[^{}]*"Effect"\s*:\s*"Deny"[^{}]*\}', '', 'gi'
      ),
      '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"\*+(:\*+)?"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"\*+"|"Resource"\s*:\s*(\[[^\]]*)?"\*+"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"\*+(:\*+)?")[^{}]*\}',
      'i'
    )
  )
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
