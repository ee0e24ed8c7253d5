/*---
id: errors_spike_for_principal
title: A principal was denied far more than on any day of the last 30
severity: medium
status: stable
attack: [T1078.004, T1526, T1087.004]
practice: monitoring
description: >
  At least least_denied calls were denied on a day, and times as many as on the worst of the 30 days before. Somebody
  tries what a credential can do, or a right was taken away. Only users, roles and root with at least known_days
  days of activity in the 30 before are judged; left out are AWS services and service-linked roles. The finding is dated
  at the first denied call of that day.
false_positives:
  - A policy, boundary or SCP that was narrowed; the same few calls fail again and again then.
  - A program whose update needs a new right.
respond:
  - >
    See which calls were denied: hunt denied_by_principal. Many kinds are somebody looking around, one kind is a bug.
  - >
    See what did succeed: hunt failed_then_succeeded, and hunt principal_timeline.
  - >
    Many kinds, and nobody knows why: hunt key_activity, deactivate the key or revoke the role's sessions.
references:
  - Troubleshooting access denied, https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
params:
  least_denied:
    type: int
    default: 50
    description: denied calls of the day, at least
  times:
    type: int
    default: 5
    description: how many times the most of a day before
  known_days:
    type: int
    default: 7
    description: days of the 30 before with any activity that a principal must have to be judged
entity: [principal]
window: 1d
lookback: 31d
---*/
WITH denied_day AS (
  SELECT
    principal,
    "day",
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    CAST(sum("count") AS BIGINT) AS denied,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    first_value(first_event_id ORDER BY first_time, first_event_id) AS event_id,
    array_sort(array_distinct(array_agg("value"))) AS error_codes
  FROM baseline
  WHERE attribute = 'error'
    AND principal LIKE 'arn:%:iam::%'
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
    AND (
      "value" LIKE '%AccessDenied%' OR "value" LIKE '%Unauthorized%' OR "value" LIKE '%NotAuthorized%'
      OR "value" LIKE 'AuthorizationError%'
    )
  GROUP BY principal, "day"
),
compared AS (
  SELECT
    *,
    max(denied) OVER (
      PARTITION BY principal ORDER BY "day" RANGE BETWEEN INTERVAL '30 days' PRECEDING AND INTERVAL '1 day' PRECEDING
    ) AS worst_day
  FROM denied_day
),
active AS (
  SELECT
    principal,
    "day",
    count(*) OVER (
      PARTITION BY principal ORDER BY "day" RANGE BETWEEN INTERVAL '30 days' PRECEDING AND INTERVAL '1 day' PRECEDING
    ) AS days_before
  FROM (SELECT DISTINCT principal, "day" FROM baseline WHERE attribute = 'region')
)
SELECT
  first_time AS time,
  last_time,
  date_bin($window, first_time) AS window_start,
  denied AS count,
  make_array(event_id) AS event_ids,
  compared.principal || ' was denied ' || CAST(denied AS VARCHAR) || ' calls on one day, at most '
    || CAST(coalesce(worst_day, 0) AS VARCHAR) || ' a day in the 30 before' AS message,
  compared.principal,
  account_id,
  coalesce(worst_day, 0) AS worst_day,
  error_codes,
  days_before AS days_active_before
FROM compared
JOIN active USING (principal, "day")
WHERE denied >= $least_denied
  AND denied >= $times * coalesce(worst_day, 0)
  AND days_before >= $known_days
