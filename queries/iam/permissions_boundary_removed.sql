/*---
id: permissions_boundary_removed
title: Permissions boundary removed
severity: medium
status: stable
attack: [T1098, T1548]
practice: least-privilege
description: >
  A boundary is the ceiling over what a user or role can be given. Teams that may create roles are held by it alone;
  without it, their roles can be given everything.
false_positives:
  - Infrastructure code that drops boundaries everywhere, in a planned change.
respond:
  - >
    Put it back: `aws iam put-role-permissions-boundary` or `put-user-permissions-boundary`; the old one is in
    the hunt `policy_changes`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - See which policies the user or role was given since then.
references:
  - DeleteUserPermissionsBoundary, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html
  - DeleteRolePermissionsBoundary, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html
---*/
-- Removing one's own is own_permissions_boundary_changed.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('DeleteUserPermissionsBoundary', 'DeleteRolePermissionsBoundary')
  AND NOT coalesce(lower(request_parameters ->> 'userName') = lower(user_name), false)
  AND NOT coalesce(lower(request_parameters ->> 'roleName') = lower(session_issuer_user_name), false)
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
