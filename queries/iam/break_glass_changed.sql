/*---
id: break_glass_changed
title: Break-glass identity changed
severity: high
status: stable
attack: [T1098, T1531]
practice: least-privilege
description: >
  Password, keys, MFA, rights or trust of an identity that is kept for emergencies were changed. Intruders give
  themselves such an identity, or break it so that nobody can use it against them.
false_positives:
  - A planned change or the new password after a drill.
respond:
  - Ask the keepers of the break-glass identity.
  - See what the caller did besides (`trailhound query -f principal_timeline --param who=<name>`).
  - >
    If nobody knows of it: undo the change, change the password, check MFA device and trust policy, revoke the
    caller's sessions.
references:
  - Emergency access, https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_emergency_process.html
params:
  break_glass_principals:
    type: text[]
    required: true
    description: ARNs, with their paths, of the users and roles kept for emergencies
---*/
-- The events name user and role without path or account. A user who changes itself is often not named.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'AttachRolePolicy', 'AttachUserPolicy', 'CreateAccessKey', 'CreateLoginProfile', 'DeactivateMFADevice',
    'DeleteLoginProfile', 'DeleteRole', 'DeleteRolePolicy', 'DeleteUser', 'DetachRolePolicy',
    'DetachUserPolicy', 'EnableMFADevice', 'PutRolePermissionsBoundary', 'PutRolePolicy',
    'PutUserPermissionsBoundary', 'PutUserPolicy', 'RemoveUserFromGroup', 'UpdateAssumeRolePolicy',
    'UpdateLoginProfile', 'UpdateRole', 'UpdateUser'
  )
  AND strpos(
    array_to_string($break_glass_principals, ',') || ',',
    '/' || coalesce(request_parameters ->> 'userName', request_parameters ->> 'roleName', user_name) || ','
  ) > 0
  AND error_code IS NULL
  AND error_message IS NULL
