/*---
id: console_role_switched
title: Role switched in the console
severity: info
status: stable
attack: [T1021.007, T1078.004]
practice: least-privilege
description: >
  A person changed to another role, often of another account, in the console. Additional_event_data says from which
  identity. It is daily work and the way an intruder moves on; a signal beside others.
false_positives:
  - Everybody who works in several accounts.
respond:
  - >
    Read SwitchFrom in additional_event_data: who they were before.
  - See what the role did then (`trailhound query -f principal_timeline --param who=<name>`).
  - >
    If the person says it wasn't them: revoke the role's sessions and take care of the first identity.
references:
  - Switch to a role in the console, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-console.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'SwitchRole'
  AND lower(response_elements ->> 'SwitchRole') = 'success'
