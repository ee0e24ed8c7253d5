/*---
id: network_new_for_fixed_principal
title: A principal that never changed network came from a new one
severity: low
status: stable
attack: [T1078.004]
practice: monitoring
description: >
  In 30 days this principal was seen from one or two networks only (the /24 of an address, IPv6 /48): a server, an
  office. Now it comes from another one. Its credentials may have been copied. Only users, roles and root with at least
  known_days days of activity in the 30 before are judged. Left out are AWS services, service-linked roles, private
  addresses, and calls that services make on behalf of somebody.
false_positives:
  - A workload that moved, a new NAT gateway, a deployment into another region.
  - Somebody who worked away from the office for the first time in a month.
respond:
  - >
    Find out whose network it is, and who else came from there: hunt network_activity.
  - >
    Compare client and calls with those of the days before: hunt principal_timeline, and hunt key_activity for its key.
  - >
    Unexplained: deactivate the key or revoke the role's sessions, and find where the credential was kept.
references:
  - Revoking the sessions of a role, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
params:
  known_days:
    type: int
    default: 7
    description: days of the 30 before with any activity that a principal must have to be judged
entity: [principal]
window: 1d
lookback: 31d
untested:
  "most <= 2": leaves out early what cannot be enough, before the days are compared
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
    AND principal LIKE 'arn:%:iam::%'
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
  GROUP BY principal, "value", "day"
),
day_of_use AS (
  SELECT principal, "day", max(networks) OVER days_before AS most, count(*) OVER days_before AS known
  FROM (SELECT principal, "day", count(*) AS networks FROM used GROUP BY principal, "day")
  WINDOW days_before AS (
    PARTITION BY principal ORDER BY "day" RANGE BETWEEN INTERVAL '30 days' PRECEDING AND INTERVAL '1 day' PRECEDING
  )
),
fresh AS (
  SELECT
    used.principal,
    used."day",
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum(calls) AS calls,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
    array_slice(array_sort(array_agg(network)), 1, 10) AS new_networks
  FROM used
  JOIN day_of_use USING (principal, "day")
  WHERE (last_day IS NULL OR last_day < used."day" - INTERVAL '30 days')
    AND known >= $known_days
    AND most <= 2
    AND NOT coalesce(ip_is_private(split_part(network, '/', 1)), false)
  GROUP BY used.principal, used."day"
)
SELECT
  min(fresh.first_time) AS time,
  min(fresh.last_time) AS last_time,
  date_bin($window, min(fresh.first_time)) AS window_start,
  CAST(min(fresh.calls) AS BIGINT) AS count,
  first_value(fresh.event_ids) AS event_ids,
  fresh.principal || ' came from ' || array_to_string(first_value(fresh.new_networks), ', ')
    || ', in 30 days before only from '
    || array_to_string(array_sort(array_distinct(array_agg(earlier.network))), ', ') AS message,
  fresh.principal,
  min(fresh.account_id) AS account_id,
  first_value(fresh.new_networks) AS new_networks,
  array_sort(array_distinct(array_agg(earlier.network))) AS networks_before
FROM fresh
JOIN used AS earlier ON earlier.principal = fresh.principal
  AND earlier."day" < fresh."day" AND earlier."day" >= fresh."day" - INTERVAL '30 days'
GROUP BY fresh.principal, fresh."day"
HAVING count(DISTINCT earlier.network) <= 2
