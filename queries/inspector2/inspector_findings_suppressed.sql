/*---
id: inspector_findings_suppressed
title: Inspector suppression rule made
severity: low
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Findings that match the filter are hidden as they come in. A wide filter hides the very hole an intruder uses.
false_positives:
  - The owner of a system accepting a risk, with narrow criteria and a reason.
respond:
  - >
    Read filterCriteria in request_parameters: what does it hide, and why?
  - >
    Delete it if nobody stands up for it: `aws inspector2 delete-filter`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - CreateFilter, https://docs.aws.amazon.com/inspector/v2/APIReference/API_CreateFilter.html
  - UpdateFilter, https://docs.aws.amazon.com/inspector/v2/APIReference/API_UpdateFilter.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'inspector2.amazonaws.com'
  AND event_name IN ('CreateFilter', 'UpdateFilter')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND request_parameters ->> 'action' = 'SUPPRESS'
