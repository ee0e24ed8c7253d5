/*---
id: cloudfront_logging_disabled
title: Distribution set to write no access log
severity: low
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  Requests at the edge are no longer written down. Each change of a distribution repeats all of its settings, so this
  may have been so before, and newer logging is set up elsewhere: a signal only.
false_positives:
  - Every change of a distribution that never had a log, or has one of the newer kind.
respond:
  - Did it log before? Look for an older UpdateDistribution of the same id, or in AWS Config.
  - Turn it on again if it did.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - UpdateDistribution, https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistribution.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudfront.amazonaws.com'
  AND event_name IN ('UpdateDistribution', 'UpdateDistribution2020_05_31')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND lower(request_parameters -> 'distributionConfig' -> 'logging' ->> 'enabled') = 'false'
