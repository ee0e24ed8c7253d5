/*---
id: guardduty_export_stopped
title: GuardDuty findings no longer exported, or exported elsewhere
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Findings go to a bucket from where other tools read them. Without it, or with another bucket, those tools stay quiet
  and nobody notices.
false_positives:
  - A planned move of the export to another bucket.
respond:
  - >
    List the destinations: `aws guardduty list-publishing-destinations`; put the right one back.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Read the findings of that time in GuardDuty itself.
references:
  - DeletePublishingDestination, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DeletePublishingDestination.html
  - UpdatePublishingDestination, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdatePublishingDestination.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'guardduty.amazonaws.com'
  AND event_name IN ('DeletePublishingDestination', 'UpdatePublishingDestination')
  AND error_code IS NULL
  AND error_message IS NULL
