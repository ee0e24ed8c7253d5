/*---
id: network_new_for_principal
title: A person came from a network for the first time in 30 days
severity: info
status: stable
attack: [T1078.004]
practice: monitoring
description: >
  A user or root was seen from a network (the /24 of the address, IPv6 /48) that they had not used in 30 days. People
  roam, so this is only a signal, to be read with others of the same day. Only who has at least known_days days of
  activity in the 30 before is judged. Left out are roles, which many share, private addresses, and calls that AWS
  services make on behalf of somebody. Who never changed network is told by network_new_for_fixed_principal too.
false_positives:
  - Travel, home, a telephone, a provider that gives out new addresses.
respond:
  - >
    Find who else came from there: hunt network_activity.
  - >
    See what was done from there: hunt principal_timeline, and hunt key_activity for an access key.
  - Ask the user, by another way than mail, whether it was them.
references:
  - >
    CloudTrail userIdentity element,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
params:
  known_days:
    type: int
    default: 7
    description: days of the 30 before with any activity that a principal must have to be judged
entity: [principal]
window: 1d
lookback: 31d
---*/
WITH used AS (
  SELECT
    principal,
    "value" AS network,
    "day",
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum("count") AS calls,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    first_value(first_event_id ORDER BY first_time, first_event_id) AS event_id,
    lag("day") OVER (PARTITION BY principal, "value" ORDER BY "day") AS last_day
  FROM baseline
  WHERE attribute = 'network'
    AND (principal LIKE 'arn:%:iam::%:user/%' OR principal LIKE 'arn:%:iam::%:root')
  GROUP BY principal, "value", "day"
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
  min(first_time) AS time,
  max(last_time) AS last_time,
  date_bin($window, min(first_time)) AS window_start,
  CAST(sum(calls) AS BIGINT) AS count,
  array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
  used.principal || ' came from ' || array_to_string(array_slice(array_sort(array_agg(network)), 1, 10), ', ')
    || ' for the first time in 30 days' AS message,
  used.principal,
  first_value(account_id ORDER BY first_time, account_id) AS account_id,
  array_slice(array_sort(array_agg(network)), 1, 10) AS new_networks,
  min(days_before) AS days_active_before
FROM used
JOIN active USING (principal, "day")
WHERE (last_day IS NULL OR last_day < used."day" - INTERVAL '30 days')
  AND days_before >= $known_days
  AND NOT coalesce(ip_is_private(split_part(network, '/', 1)), false)
GROUP BY used.principal, used."day"
