/*---
id: iam_changed
title: IAM changed, by principal and day
severity: info
status: stable
attack: [T1098]
practice: monitoring
description: >
  All successful changes to users, groups, roles, policies and providers that one principal made in a day, in one
  line. For the daily look at who changes access at all.
false_positives:
  - Everything that administers IAM.
respond:
  - Look for names that shouldn't be there.
  - List the calls in event_ids.
  - Give each its own finding with the rules for single calls.
references:
  - IAM API, https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html
entity: [principal, account_id]
window: 1d
lookback: 1d
---*/
-- One finding a principal and day.
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' changed IAM ' || CAST(count(*) AS VARCHAR) || ' times' AS message,
  principal,
  coalesce(recipient_account_id, user_account_id) AS account_id,
  array_slice(array_sort(array_distinct(array_agg(event_name))), 1, 20) AS event_names
FROM cloudtrail
WHERE event_time >= $lookback_start AND event_time < $window_end
  AND event_source = 'iam.amazonaws.com'
  -- old records don't say
  AND NOT coalesce(read_only, regexp_like(event_name, '^(Get|List|Simulate|Generate|Describe)'), true)
  AND error_code IS NULL
  AND error_message IS NULL
GROUP BY principal, coalesce(recipient_account_id, user_account_id), date_bin($window, event_time)
