/*---
id: own_permissions_boundary_changed
title: A principal changed its own permissions boundary
severity: high
status: stable
attack: [T1098, T1548]
practice: least-privilege
description: >
  A boundary exists to hold its owner. Whoever can remove or replace the own one isn't held at all, and whoever does
  it is on the way to more rights.
false_positives:
  - None that should be usual.
respond:
  - Put the boundary back and deactivate the key or revoke the role's sessions.
  - >
    Look at what followed: policies attached, users and keys created (`trailhound query -f principal_timeline`).
  - Deny iam:*PermissionsBoundary in the boundary itself.
references:
  - PutUserPermissionsBoundary, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
  - Permissions boundaries, https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'DeleteUserPermissionsBoundary', 'PutUserPermissionsBoundary', 'DeleteRolePermissionsBoundary',
    'PutRolePermissionsBoundary'
  )
  AND (
    user_type = 'IAMUser' AND lower(request_parameters ->> 'userName') = lower(user_name)
    OR user_type = 'AssumedRole' AND lower(request_parameters ->> 'roleName') = lower(session_issuer_user_name)
  )
  AND error_code IS NULL
  AND error_message IS NULL
