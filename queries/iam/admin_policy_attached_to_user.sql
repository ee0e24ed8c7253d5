/*---
id: admin_policy_attached_to_user
title: Administrator policy attached to a user
severity: high
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  The user can now do everything in the account, or give itself the right to. An intruder who may attach policies
  does this first, to a new user or to one whose key they hold; people should get such rights from a role.
false_positives:
  - The first administrator of a new account.
  - Break-glass users that are set up once.
respond:
  - Find the user in request_parameters (userName) and ask the caller and the owner.
  - >
    Detach it if nobody knows: `aws iam detach-user-policy --user-name NAME --policy-arn ARN`.
  - Look at keys and logins of that user since then (hunts `keys_created`, `principal_timeline`).
references:
  - AttachUserPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
  - AdministratorAccess, https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html
---*/
-- Attaching it to oneself is admin_policy_attached_to_self.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'AttachUserPolicy'
  AND regexp_like(request_parameters ->> 'policyArn', ':policy/([^:]*/)?(AdministratorAccess|IAMFullAccess)$')
  AND NOT coalesce(lower(request_parameters ->> 'userName') = lower(user_name), false)
  -- Role sessions and tools of deployment are admin_rights_given_by_role_or_tool.
  AND (user_type IS DISTINCT FROM 'AssumedRole')
  AND NOT coalesce(regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane'), false)
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
