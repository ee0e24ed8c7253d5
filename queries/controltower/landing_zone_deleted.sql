/*---
id: landing_zone_deleted
title: Control Tower landing zone being taken down
severity: critical
status: stable
attack: [T1562.001, T1562.008]
practice: monitoring
description: >
  Trails, Config recorders, controls and roles that Control Tower keeps in all accounts end with the landing zone. It
  takes hours, and can't be undone but by setting it up anew.
false_positives:
  - A planned end of Control Tower.
respond:
  - >
    Ask the caller now. If nobody planned it, the management account is entered: end its sessions.
  - Watch that trails and recorders stay on in the member accounts, and put them back.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeleteLandingZone, https://docs.aws.amazon.com/controltower/latest/APIReference/API_DeleteLandingZone.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'controltower.amazonaws.com'
  AND event_name = 'DeleteLandingZone'
  AND error_code IS NULL
  AND error_message IS NULL
