/*---
id: role_created_by_hand
title: Role created by a caller
severity: info
status: stable
attack: [T1136.003]
practice: monitoring
description: >
  A new role by somebody who called IAM directly, not through CloudFormation or another service. Alone it means
  little; beside policies attached and trust opened it tells the order of things.
false_positives:
  - Administrators and Terraform.
respond:
  - See who can take it (assumeRolePolicyDocument in request_parameters).
  - >
    See what it may do: `aws iam list-attached-role-policies --role-name NAME`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - CreateRole, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateRole'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
