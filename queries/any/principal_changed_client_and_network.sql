/*---
id: principal_changed_client_and_network
title: A principal came from a new network with a new program on the same day
severity: medium
status: stable
attack: [T1078.004, T1550.001]
practice: monitoring
description: >
  This principal had at most three networks (the /24 of an address, IPv6 /48) and three programs in 30 days. On one day
  both a network and a program came that it had not used in that time: a stolen credential is used elsewhere, with other
  tools. Only users, roles and root with at least known_days days of activity in the 30 before are judged. Left
  out are AWS services, service-linked roles, private addresses, calls on behalf of somebody, and the programs behind
  the AWS console.
false_positives:
  - A new laptop on a journey.
  - A workload that was moved and written anew at once.
respond:
  - >
    Check whether the new program came from the new network: hunt principal_timeline for that day, hunt key_activity for
    a key.
  - >
    Ask the owner, by another way than mail. Find who else came from there: hunt network_activity.
  - >
    Unexplained: deactivate the key or revoke the role's sessions, and undo what was done.
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
  "most_networks <= 3": leaves out early what cannot be enough, before the days are compared
  "most_clients <= 3": leaves out early what cannot be enough, before the days are compared
  "attribute = 'client'": fewer rows are read so; what follows asks for both attributes by name
---*/
WITH used AS (
  SELECT
    principal,
    attribute,
    "value",
    "day",
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum("count") AS calls,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    first_value(first_event_id ORDER BY first_time, first_event_id) AS event_id,
    lag("day") OVER (PARTITION BY principal, attribute, "value" ORDER BY "day") AS last_day
  FROM baseline
  WHERE (
      attribute = 'network'
      OR (
        attribute = 'client'
        AND NOT coalesce(regexp_like("value", '(\.amazon(aws)?\.com$|^AWS$|^aws-internal|Console)'), true)
      )
    )
    AND principal LIKE 'arn:%:iam::%'
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
  GROUP BY principal, attribute, "value", "day"
),
day_of_use AS (
  SELECT
    principal,
    "day",
    max(networks) OVER days_before AS most_networks,
    max(clients) OVER days_before AS most_clients,
    count(*) OVER days_before AS known
  FROM (
    SELECT
      principal,
      "day",
      count(*) FILTER (WHERE attribute = 'network') AS networks,
      count(*) FILTER (WHERE attribute = 'client') AS clients
    FROM used
    GROUP BY principal, "day"
  )
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
    max(calls) AS calls,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
    array_slice(array_sort(array_agg("value") FILTER (WHERE attribute = 'network')), 1, 10) AS new_networks,
    array_slice(array_sort(array_agg("value") FILTER (WHERE attribute = 'client')), 1, 10) AS new_clients
  FROM used
  JOIN day_of_use USING (principal, "day")
  WHERE (last_day IS NULL OR last_day < used."day" - INTERVAL '30 days')
    AND known >= $known_days
    AND most_networks <= 3
    AND most_clients <= 3
    -- a client is no address
    AND NOT coalesce(ip_is_private(split_part("value", '/', 1)), false)
  GROUP BY used.principal, used."day"
  HAVING count(*) FILTER (WHERE attribute = 'network') > 0 AND count(*) FILTER (WHERE attribute = 'client') > 0
)
SELECT
  min(fresh.first_time) AS time,
  min(fresh.last_time) AS last_time,
  date_bin($window, min(fresh.first_time)) AS window_start,
  CAST(min(fresh.calls) AS BIGINT) AS count,
  array_distinct(first_value(fresh.event_ids)) AS event_ids,
  fresh.principal || ' came from ' || array_to_string(first_value(new_networks), ', ') || ' and used '
    || array_to_string(first_value(new_clients), ', ') || ', both for the first time in 30 days' AS message,
  fresh.principal,
  min(fresh.account_id) AS account_id,
  first_value(new_networks) AS new_networks,
  first_value(new_clients) AS new_clients,
  array_sort(
    array_distinct(array_agg(earlier."value") FILTER (WHERE earlier.attribute = 'network'))
  ) AS networks_before,
  array_sort(
    array_distinct(array_agg(earlier."value") FILTER (WHERE earlier.attribute = 'client'))
  ) AS clients_before
FROM fresh
JOIN used AS earlier ON earlier.principal = fresh.principal
  AND earlier."day" < fresh."day" AND earlier."day" >= fresh."day" - INTERVAL '30 days'
GROUP BY fresh.principal, fresh."day"
HAVING count(DISTINCT earlier."value") FILTER (WHERE earlier.attribute = 'network') <= 3
  AND count(DISTINCT earlier."value") FILTER (WHERE earlier.attribute = 'client') <= 3
