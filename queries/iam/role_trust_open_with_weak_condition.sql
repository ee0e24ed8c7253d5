/*---
id: role_trust_open_with_weak_condition
title: Role can be taken by anybody who meets a weak condition
severity: medium
status: stable
attack: [T1098.003, T1199]
practice: policy-conditions
description: >
  The trust policy names everybody and leaves it to a condition to keep strangers out, but none of the conditions
  that tie the caller to an account, an organisation or a principal is there. An external id or a session name can
  be guessed or read.
false_positives:
  - Conditions on network addresses or tags that do hold; name the accounts in Principal all the same.
respond:
  - >
    Read the trust policy in request_parameters: would a stranger's account meet the condition?
  - Name the accounts in Principal, or add aws:PrincipalOrgID.
  - Look for sessions of the role from other accounts (hunt `cross_account_roles`).
references:
  - Global condition keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreateRole', 'UpdateAssumeRolePolicy')
  AND array_has(
    policy_principals(
      coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument')
    ),
    '*'
  )
  -- Without any condition it is role_trust_open_to_everyone.
  AND NOT coalesce(
    policy_is_public(
      coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument')
    ),
    false
  )
  AND NOT regexp_like(
    coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument', ''),
    'aws:(Principal(OrgID|OrgPaths|Account|Arn)|Source(OrgID|OrgPaths|Account|Arn)|userid)', 'i'
  )
  AND error_code IS NULL
  AND error_message IS NULL
