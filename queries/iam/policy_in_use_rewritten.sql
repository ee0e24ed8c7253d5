/*---
id: policy_in_use_rewritten
title: Managed policy rewritten by a caller
severity: low
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  A new version of a managed policy is in force for all that have it. Small changes to policies in use are how
  rights grow unseen.
false_positives:
  - Terraform and administrators.
respond:
  - >
    Compare with the version before: `aws iam list-policy-versions`, `get-policy-version`.
  - >
    See who has it (`aws iam list-entities-for-policy`): is the caller among them?
  - >
    Go back if nobody knows: `aws iam set-default-policy-version`.
references:
  - CreatePolicyVersion, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreatePolicyVersion'
  AND lower(request_parameters ->> 'setAsDefault') = 'true'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
