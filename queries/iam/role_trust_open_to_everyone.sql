/*---
id: role_trust_open_to_everyone
title: Role can be taken by anybody
severity: critical
status: stable
attack: [T1098.003, T1199]
practice: policy-conditions
description: >
  The trust policy names everybody and has no condition: any AWS account in the world can take the role, today. It
  is a back door that needs no key, or a grave mistake.
false_positives:
  - A mistake in a template (Principal "*" where the account was meant). It is as open.
respond:
  - >
    Close it at once: `aws iam update-assume-role-policy --role-name NAME --policy-document FILE`.
  - >
    Look for sessions of the role from other accounts (hunt `cross_account_roles`), and revoke them in the
    console (Revoke sessions).
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - UpdateAssumeRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
  - Principal, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreateRole', 'UpdateAssumeRolePolicy')
  AND policy_is_public(
    coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument')
  )
  AND error_code IS NULL
  AND error_message IS NULL
