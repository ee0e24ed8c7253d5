/*---
id: calls_spike_for_principal
title: A principal made far more calls than on any day of the last 30
severity: low
status: stable
attack: [T1078.004, T1526, T1496]
practice: monitoring
description: >
  At least least_calls events on a day, and times as many as on the principal's busiest day of the 30 before: a loop, a
  migration, a download of everything, or an attack tool. Only users, roles and root with at least known_days days of
  activity in the 30 before are judged; left out are AWS services and service-linked roles. The finding is dated at the
  first event of that day.
false_positives:
  - A migration, a load test, a program that tries again without end.
  - Data events that were switched on for a bucket or table.
respond:
  - >
    See which calls they were and from where: hunt principal_timeline for that day.
  - >
    Mostly reads of one bucket or table: data may have left; hunt data_reads_by_bucket.
  - >
    Unexplained: hunt key_activity for the credential, then deactivate it.
references:
  - >
    Unusual numbers of calls,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html
params:
  least_calls:
    type: int
    default: 1000
    description: events of the day, at least
  times:
    type: int
    default: 5
    description: how many times the busiest day before
  known_days:
    type: int
    default: 7
    description: days of the 30 before with any activity that a principal must have to be judged
entity: [principal]
window: 1d
lookback: 31d
---*/
WITH day_of_use AS (
  SELECT
    principal,
    "day",
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    CAST(sum("count") AS BIGINT) AS calls,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    first_value(first_event_id ORDER BY first_time, first_event_id) AS event_id
  FROM baseline
  WHERE attribute = 'region'
    AND principal LIKE 'arn:%:iam::%'
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
  GROUP BY principal, "day"
),
compared AS (
  SELECT *, max(calls) OVER days_before AS busiest_day, count(*) OVER days_before AS known
  FROM day_of_use
  WINDOW days_before AS (
    PARTITION BY principal ORDER BY "day" RANGE BETWEEN INTERVAL '30 days' PRECEDING AND INTERVAL '1 day' PRECEDING
  )
)
SELECT
  first_time AS time,
  last_time,
  date_bin($window, first_time) AS window_start,
  calls AS count,
  make_array(event_id) AS event_ids,
  principal || ' made ' || CAST(calls AS VARCHAR) || ' calls on one day, at most ' || CAST(busiest_day AS VARCHAR)
    || ' a day in the 30 before' AS message,
  principal,
  account_id,
  busiest_day,
  known AS days_active_before
FROM compared
WHERE calls >= $least_calls
  AND calls >= $times * busiest_day
  AND known >= $known_days
