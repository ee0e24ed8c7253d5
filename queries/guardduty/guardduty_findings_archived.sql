/*---
id: guardduty_findings_archived
title: GuardDuty findings archived by hand
severity: low
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Archived findings leave the list that people look at. It is daily work for those who handle findings, and a cover-up
  when somebody else does it.
false_positives:
  - Analysts who close findings, and tools that do it for them.
respond:
  - >
    Look at the findings named in request_parameters: `aws guardduty get-findings`. Are they about this caller?
  - >
    Put them back if they were open: `aws guardduty unarchive-findings`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - ArchiveFindings, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ArchiveFindings.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'guardduty.amazonaws.com'
  AND event_name = 'ArchiveFindings'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
