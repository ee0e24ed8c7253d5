/*---
id: control_tower_control_disabled
title: Control Tower control or baseline turned off
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  A control keeps accounts from doing something, or tells when they did; a baseline sets up their logs. Turned off,
  nothing shows it in those accounts.
false_positives:
  - A control that is replaced, by the team that owns the landing zone.
respond:
  - >
    Which control, and for which unit? See controlIdentifier and targetIdentifier; turn it on again: `aws controltower
    enable-control`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look at what accounts of that unit did since.
references:
  - DisableControl, https://docs.aws.amazon.com/controltower/latest/APIReference/API_DisableControl.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'controltower.amazonaws.com'
  AND event_name IN ('DisableControl', 'DisableGuardrail', 'DisableBaseline')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
