/*---
id: permission_set_given_admin
title: Permission set given all rights
severity: medium
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  Everybody who has this permission set becomes an administrator in every account it is assigned in, at the next
  provisioning. One call reaches the whole organisation.
false_positives:
  - >
    Set-up of Identity Center: most organisations have one such set, made once.
respond:
  - >
    See who has it and where: `aws sso-admin list-accounts-for-provisioned-permission-set`,
    `list-account-assignments`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - Detach the policy and provision again if nobody knows.
references:
  - AttachManagedPolicyToPermissionSet, https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_AttachManagedPolicyToPermissionSet.html
  - PutInlinePolicyToPermissionSet, https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PutInlinePolicyToPermissionSet.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sso.amazonaws.com'
  AND event_name IN ('AttachManagedPolicyToPermissionSet', 'PutInlinePolicyToPermissionSet')
  AND (
    regexp_like(request_parameters ->> 'managedPolicyArn', ':policy/([^:]*/)?(AdministratorAccess|IAMFullAccess)$')
    -- One statement without a condition; those that deny are taken out first.
    OR regexp_like(
      regexp_replace(
        regexp_replace(request_parameters ->> 'inlinePolicy', '\$\{[^{}]*\}|\{\s*\}', '', 'g'),
        '\{[^{}]*"Effect"\s*:\s*"Deny"[^{}]*\}', '', 'gi'
      ),
      '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"\*(:\*)?"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"\*"|"Resource"\s*:\s*(\[[^\]]*)?"\*"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"\*(:\*)?")[^{}]*\}',
      'i'
    )
  )
  AND error_code IS NULL
  AND error_message IS NULL
