/*---
id: guardduty_findings_delayed
title: GuardDuty told to publish updates every six hours
severity: low
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  New findings still come at once, but what is added to them reaches EventBridge and the export only every six hours.
  It is the default, and a step back where it was set to fifteen minutes.
false_positives:
  - A new detector that is set to the default.
respond:
  - >
    Set it back: `aws guardduty update-detector --finding-publishing-frequency FIFTEEN_MINUTES`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - If nobody can explain it, end the caller's sessions and deactivate the key (`aws iam update-access-key`).
references:
  - UpdateDetector, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateDetector.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'guardduty.amazonaws.com'
  AND event_name = 'UpdateDetector'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND request_parameters ->> 'findingPublishingFrequency' = 'SIX_HOURS'
