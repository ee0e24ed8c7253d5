/*---
id: kinds_of_call_spike_for_principal
title: A principal listed many kinds of things that it never lists
severity: medium
status: stable
attack: [T1526, T1580, T1087.004, T1078.004]
practice: monitoring
description: >
  On one day at least least_kinds kinds of List and Describe calls that this principal had not made in 30 days, and
  times as many as it makes in all on its most varied day: who stole a credential asks what there is, service by
  service. Denied calls count. Only users, roles and root with at least known_days days of such calls in the 30 before
  are judged. Left out are AWS services, service-linked roles, and calls that services make on behalf of somebody. The
  finding is dated at the first event of that day.
false_positives:
  - An inventory, posture or cost tool that was given this credential.
  - Somebody who seldom uses the console and clicked through it that day.
respond:
  - >
    Read the calls (some_new_calls) and where they came from: hunt principal_timeline.
  - Compare addresses and clients with those before. Ask the owner whether it was them.
  - >
    Unexplained: deactivate the key or revoke the role's sessions, and hunt key_activity for what it found and took.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
params:
  least_kinds:
    type: int
    default: 20
    description: new kinds of List and Describe calls on one day, at least
  times:
    type: float
    default: 1.25
    description: how many times the kinds of such calls on the most varied day before
  known_days:
    type: int
    default: 7
    description: days of the 30 before with any activity that a principal must have to be judged
entity: [principal]
window: 1d
lookback: 31d
---*/
-- Names with Get are left out: most fetch what is known already, and they would double the work.
WITH made AS (
  SELECT
    principal,
    "value",
    "day",
    coalesce(
      lag("day") OVER (PARTITION BY "value", principal ORDER BY "day") < "day" - INTERVAL '30 days', true
    ) AS is_new
  FROM baseline
  WHERE attribute = 'event'
    AND principal LIKE 'arn:%:iam::%'
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
    AND ("value" LIKE '%:List%' OR "value" LIKE '%:Describe%')
),
day_of_use AS (
  SELECT
    principal,
    "day",
    count(*) AS kinds,
    count(*) FILTER (WHERE is_new) AS new_kinds,
    array_agg("value") FILTER (WHERE is_new) AS new_calls
  FROM made
  GROUP BY principal, "day"
),
compared AS (
  SELECT *, max(kinds) OVER days_before AS most_kinds, count(*) OVER days_before AS known
  FROM day_of_use
  WINDOW days_before AS (
    PARTITION BY principal ORDER BY "day" RANGE BETWEEN INTERVAL '30 days' PRECEDING AND INTERVAL '1 day' PRECEDING
  )
),
active_day AS (
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
  GROUP BY principal, "day"
)
SELECT
  first_time AS time,
  last_time,
  date_bin($window, first_time) AS window_start,
  calls AS count,
  make_array(event_id) AS event_ids,
  compared.principal || ' made ' || CAST(new_kinds AS VARCHAR)
    || ' kinds of List and Describe calls that it had not made in 30 days, before at most '
    || CAST(most_kinds AS VARCHAR) || ' kinds a day' AS message,
  compared.principal,
  account_id,
  new_kinds,
  most_kinds,
  array_to_string(array_slice(array_sort(new_calls), 1, 30), ', ') AS some_new_calls,
  known AS days_active_before
FROM compared
JOIN active_day USING (principal, "day")
WHERE new_kinds >= $least_kinds
  AND new_kinds >= $times * most_kinds
  AND known >= $known_days
