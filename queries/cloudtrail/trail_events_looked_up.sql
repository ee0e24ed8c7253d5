/*---
id: trail_events_looked_up
title: Somebody searched CloudTrail with a long-term key
severity: low
status: stable
attack: [T1654]
practice: monitoring
description: >
  LookupEvents shows what the watchers see: which accounts and tools are active, and whether one's own steps
  were noticed. People use the console for it, programs a role; a long-term key is neither.
false_positives:
  - An older script or monitoring product that still works with a key.
respond:
  - Who owns the key and what is it for (hunt key_activity)?
  - Look at what was searched for (request_parameters) and at the calls just before and after.
  - >
    If unexplained: deactivate the key.
references:
  - LookupEvents, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudtrail.amazonaws.com'
  AND event_name = 'LookupEvents'
  AND access_key_id LIKE 'AKIA%'
  AND user_invoked_by IS NULL
