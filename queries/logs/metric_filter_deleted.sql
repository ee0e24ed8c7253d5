/*---
id: metric_filter_deleted
title: Metric filter deleted
severity: medium
status: stable
attack: [T1562.008, T1562.001]
practice: monitoring
description: >
  A metric filter turns log lines into a metric, and an alarm watches it: root logins, denied calls, changes of
  trails. Without the filter the alarm stays green for ever.
false_positives:
  - Filters of applications, taken away with them.
respond:
  - Look in request_parameters which group and filter it was; filters on a CloudTrail group are the worrying ones.
  - >
    Put it back: `aws logs put-metric-filter`, and search the log of the missing time by hand.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeleteMetricFilter, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteMetricFilter.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'logs.amazonaws.com'
  AND event_name = 'DeleteMetricFilter'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
