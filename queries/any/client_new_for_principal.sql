/*---
id: client_new_for_principal
title: A principal used a program or system for the first time in 30 days
severity: low
status: stable
attack: [T1078.004, T1550.001]
practice: monitoring
description: >
  What signs the calls of a workload is the same program every day, and a person has a few. A stolen credential is used
  with the tools of who stole it. Judged is the user agent without versions (`aws-cli linux`), which the caller chooses.
  Only users, roles and root with at least known_days days of activity in the 30 before are judged. Left out are AWS
  services, service-linked roles, calls on behalf of somebody, and the programs behind the AWS console.
false_positives:
  - A new tool, a new computer, a workload written anew in another language.
  - A role that many people share.
respond:
  - >
    See what this program called, and from where: hunt principal_timeline.
  - Ask the owner whether they work with it. Hunt key_activity shows what a key did with each client.
  - >
    Unexplained: deactivate the key or revoke the role's sessions.
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
    "value" AS client,
    "day",
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum("count") AS calls,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    first_value(first_event_id ORDER BY first_time, first_event_id) AS event_id,
    lag("day") OVER (PARTITION BY principal, "value" ORDER BY "day") AS last_day
  FROM baseline
  WHERE attribute = 'client'
    AND principal LIKE 'arn:%:iam::%'
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
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
  used.principal || ' used ' || array_to_string(array_slice(array_sort(array_agg(client)), 1, 10), ', ')
    || ' for the first time in 30 days' AS message,
  used.principal,
  first_value(account_id ORDER BY first_time, account_id) AS account_id,
  array_slice(array_sort(array_agg(client)), 1, 10) AS new_clients,
  min(days_before) AS days_active_before
FROM used
JOIN active USING (principal, "day")
WHERE (last_day IS NULL OR last_day < used."day" - INTERVAL '30 days')
  AND days_before >= $known_days
  AND NOT coalesce(regexp_like(client, '(\.amazon(aws)?\.com$|^AWS$|^aws-internal|Console)'), true)
GROUP BY used.principal, used."day"
