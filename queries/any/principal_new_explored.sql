/*---
id: principal_new_explored
title: A principal that nobody had seen looked around on its first day
severity: low
status: stable
attack: [T1526, T1580, T1087.004, T1136.003]
practice: monitoring
description: >
  In an account with events on known_days of the 30 days before, a principal that was not seen there in 30 days made
  at least ten kinds of reading calls in three services, and nine in ten of its kinds of calls were reads. A workload
  does its work from the first day on; who looks and touches nothing is a tool or an intruder with a new user, role
  or federation token. Left out are AWS services, service-linked roles, and calls on behalf of somebody.
false_positives:
  - A posture, inventory or cost tool, an auditor, a new colleague.
respond:
  - >
    Find who made this principal, and when: hunt keys_created, and CreateUser, CreateRole and GetFederationToken in hunt
    principal_timeline of its maker.
  - >
    See what it read, and from where: hunt principal_timeline, and hunt key_activity for its key.
  - >
    Nobody knows it: deactivate its credentials, then its maker's.
references:
  - >
    CloudTrail userIdentity element,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
params:
  least_kinds:
    type: int
    default: 10
    description: kinds of reading calls on the first day, at least
  known_days:
    type: int
    default: 7
    description: days of the 30 before with events that an account must have to be judged
entity: [principal, account_id]
window: 1d
lookback: 31d
---*/
WITH active AS (
  SELECT
    account_id,
    principal,
    "day",
    lag("day") OVER (PARTITION BY account_id, principal ORDER BY "day") AS last_day
  FROM (SELECT DISTINCT account_id, principal, "day" FROM baseline WHERE attribute = 'region')
),
account_day AS (
  SELECT
    account_id,
    "day",
    count(*) OVER (
      PARTITION BY account_id ORDER BY "day" RANGE BETWEEN INTERVAL '30 days' PRECEDING AND INTERVAL '1 day' PRECEDING
    ) AS days_before
  FROM (SELECT DISTINCT account_id, "day" FROM baseline WHERE attribute = 'region')
),
arrived AS (
  SELECT account_id, principal, active."day"
  FROM active
  JOIN account_day USING (account_id, "day")
  WHERE principal LIKE 'arn:%'
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
    AND (last_day IS NULL OR last_day < active."day" - INTERVAL '30 days')
    AND days_before >= $known_days
),
made AS (
  SELECT
    account_id,
    principal,
    "day",
    "value" AS made_call,
    first_time,
    last_time,
    "count" AS calls,
    first_event_id AS event_id,
    regexp_like("value", ':(BatchGet|Describe|Get|Head|List|Lookup|Search|Simulate)') AS is_read
  FROM baseline
  JOIN arrived USING (account_id, principal, "day")
  WHERE attribute = 'event'
)
SELECT
  min(first_time) AS time,
  max(last_time) AS last_time,
  date_bin($window, min(first_time)) AS window_start,
  CAST(sum(calls) AS BIGINT) AS count,
  array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
  principal || ' made ' || CAST(count(*) FILTER (WHERE is_read) AS VARCHAR) || ' kinds of reading calls in account '
    || account_id || ' on its first day there' AS message,
  principal,
  account_id,
  count(*) FILTER (WHERE is_read) AS kinds_of_reads,
  array_to_string(array_slice(array_sort(array_agg(made_call) FILTER (WHERE is_read)), 1, 30), ', ') AS some_reads
FROM made
GROUP BY account_id, principal, "day"
HAVING count(*) FILTER (WHERE is_read) >= $least_kinds
  AND count(*) FILTER (WHERE is_read) * 10 >= count(*) * 9
  AND count(DISTINCT split_part(made_call, ':', 1)) FILTER (WHERE is_read) >= 3
