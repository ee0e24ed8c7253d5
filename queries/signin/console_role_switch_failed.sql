/*---
id: console_role_switch_failed
title: Switching to a role in the console failed
severity: low
status: stable
attack: [T1078.004, T1548]
practice: least-privilege
description: >
  Somebody tried to change to a role and wasn't let in, because the role doesn't exist, doesn't trust them or wants
  MFA. Several by one person are somebody trying doors.
false_positives:
  - A mistyped account or role name.
  - A role that wants MFA, for a session without it.
respond:
  - >
    Read SwitchFrom in additional_event_data: who tried.
  - Look for other roles tried by the same identity or address (`trailhound query -f denied_by_principal`).
  - >
    If unexplained: ask the person, then end the sessions.
references:
  - Switch to a role in the console, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-console.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'SwitchRole'
  AND lower(response_elements ->> 'SwitchRole') = 'failure'
