/*---
id: permission_set_boundary_removed
title: Permissions boundary of a permission set removed
severity: medium
status: stable
attack: [T1098, T1548]
practice: least-privilege
description: >
  The ceiling over what people with this permission set can do is gone, in all accounts it is assigned in.
false_positives:
  - A planned change of permission sets.
respond:
  - >
    Put it back: `aws sso-admin put-permissions-boundary-to-permission-set`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - >
    See who has it: `aws sso-admin list-account-assignments`.
references:
  - DeletePermissionsBoundaryFromPermissionSet, https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DeletePermissionsBoundaryFromPermissionSet.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sso.amazonaws.com'
  AND event_name = 'DeletePermissionsBoundaryFromPermissionSet'
  AND error_code IS NULL
  AND error_message IS NULL
