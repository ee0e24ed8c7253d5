/*---
id: permissions_boundary_without_limit
title: Permissions boundary that limits nothing
severity: medium
status: stable
attack: [T1098, T1548]
practice: least-privilege
description: >
  The boundary was set to a policy that allows everything or nearly so. Rules that only ask whether there is a
  boundary are content, and nothing is limited any more.
false_positives:
  - A boundary is lifted for a time and the tooling insists on there being one.
respond:
  - >
    Set the right one: `aws iam put-role-permissions-boundary` or `put-user-permissions-boundary`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - See which policies the user or role was given since then.
references:
  - PutRolePermissionsBoundary, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html
  - PutUserPermissionsBoundary, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
---*/
-- Changing one's own is own_permissions_boundary_changed.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('PutUserPermissionsBoundary', 'PutRolePermissionsBoundary')
  AND regexp_like(
    request_parameters ->> 'permissionsBoundary', ':policy/([^:]*/)?(AdministratorAccess|IAMFullAccess|PowerUserAccess)$'
  )
  AND NOT coalesce(lower(request_parameters ->> 'userName') = lower(user_name), false)
  AND NOT coalesce(lower(request_parameters ->> 'roleName') = lower(session_issuer_user_name), false)
  AND error_code IS NULL
  AND error_message IS NULL
