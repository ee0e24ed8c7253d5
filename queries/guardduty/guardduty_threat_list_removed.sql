/*---
id: guardduty_threat_list_removed
title: GuardDuty threat list removed or turned off
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  The organization's own list of hostile addresses or domains is no longer looked for. An intruder who knows to be on
  it takes it away.
false_positives:
  - A list that is replaced by another one the same day.
respond:
  - >
    List what is left: `aws guardduty list-threat-intel-sets`, `list-threat-entity-sets`; put the list back.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look for calls from the addresses on the list since then.
references:
  - DeleteThreatIntelSet, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DeleteThreatIntelSet.html
  - UpdateThreatIntelSet, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateThreatIntelSet.html
  - DeleteThreatEntitySet, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DeleteThreatEntitySet.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'guardduty.amazonaws.com'
  AND event_name IN (
    'DeleteThreatIntelSet', 'DeleteThreatEntitySet', 'UpdateThreatIntelSet', 'UpdateThreatEntitySet'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    event_name IN ('DeleteThreatIntelSet', 'DeleteThreatEntitySet')
    OR lower(request_parameters ->> 'activate') = 'false'
  )
