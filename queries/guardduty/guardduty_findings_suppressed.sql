/*---
id: guardduty_findings_suppressed
title: GuardDuty suppression rule made
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Findings that match a filter with the action ARCHIVE are put away before anybody sees them, and they no longer reach
  EventBridge or Security Hub. A wide filter blinds GuardDuty while it looks healthy.
false_positives:
  - The security team tuning out known noise; the filter is then narrow and has a reason in its description.
respond:
  - >
    Read the filter (`aws guardduty get-filter`): which findings, accounts and principals does it hide?
  - >
    Look at what it has hidden already: `aws guardduty list-findings` with service.archived = true.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - CreateFilter, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateFilter.html
  - UpdateFilter, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateFilter.html
  - Suppression rules, https://docs.aws.amazon.com/guardduty/latest/ug/findings_suppression-rule.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'guardduty.amazonaws.com'
  AND event_name IN ('CreateFilter', 'UpdateFilter')
  AND error_code IS NULL
  AND error_message IS NULL
  AND upper(request_parameters ->> 'action') = 'ARCHIVE'
