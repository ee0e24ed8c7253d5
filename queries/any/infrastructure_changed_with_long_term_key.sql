/*---
id: infrastructure_changed_with_long_term_key
title: Infrastructure changed with a long-term access key
severity: low
status: stable
attack: [T1078.004, T1578]
practice: rotate-credentials
description: >
  A user whose long-term key was in use changed machines, disks, networks, functions, stacks, records or rights in more
  ways that are new for it than on its busiest day of the last 30. Nothing but the key is needed for that, and no MFA.
  A user without a history needs one call; one that changes the same each day is left alone. Denied calls count.
false_positives:
  - Terraform or a script that still runs as a user, when it is new or does something new.
  - The first weeks of logs, when much is new.
  - The same user at the console or with a session on the day its key was used too.
respond:
  - See new_calls. Does the address fit the user, and its program (hunt key_activity)?
  - Ask the owner, when the address or program is unusual for the key.
  - Give the workload a role; for people, require MFA by policy (aws:MultiFactorAuthPresent).
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
entity: [principal, account_id]
window: 1d
lookback: 31d
untested:
  "attribute = 'event'": no value of another attribute looks like a call; fewer rows are read so
---*/
WITH keyed AS (
  SELECT account_id, principal, "day"
  FROM baseline
  WHERE attribute = 'access_key'
  GROUP BY account_id, principal, "day"
),
call AS (
  SELECT account_id, principal, "day", "value", "count", first_time, last_time, first_event_id
  FROM baseline
  WHERE attribute = 'event'
    AND principal LIKE '%:user/%'
    AND split_part("value", ':', 2) IN (
      'StartInstances', 'StopInstances', 'TerminateInstances', 'CreateImage', 'CreateSnapshot',
      'DeleteSnapshot', 'CreateVolume', 'AttachVolume', 'DeleteVolume', 'CreateSecurityGroup',
      'AuthorizeSecurityGroupEgress', 'CreateDefaultVpc', 'CreateDBSnapshot', 'CreateFunction20150331',
      'CreateStack', 'CreateCluster', 'CreateService', 'PutRule', 'PutTargets', 'CreateApi',
      'CreateHostedZone', 'ChangeResourceRecordSets', 'DetachUserPolicy', 'DetachRolePolicy',
      'DeleteUserPolicy'
    )
),
judged AS (
  SELECT *, last_day IS NULL OR last_day < "day" - INTERVAL '30 days' AS is_new
  FROM (
    SELECT *, lag("day") OVER (PARTITION BY account_id, principal, "value" ORDER BY "day") AS last_day
    FROM call
  ) AS follows
),
day_of_calls AS (
  SELECT
    account_id,
    principal,
    "day",
    count(*) AS kinds,
    count(*) FILTER (WHERE is_new) AS new_kinds,
    CAST(sum("count") FILTER (WHERE is_new) AS BIGINT) AS calls,
    min(first_time) FILTER (WHERE is_new) AS first_call,
    max(last_time) FILTER (WHERE is_new) AS last_call,
    -- sorted afterwards, when they are few
    array_agg("value") FILTER (WHERE is_new) AS names,
    array_agg(first_event_id) FILTER (WHERE is_new) AS ids
  FROM judged
  GROUP BY account_id, principal, "day"
),
compared AS (
  SELECT
    *,
    max(kinds) OVER (
      PARTITION BY account_id, principal ORDER BY "day"
      RANGE BETWEEN INTERVAL '30 days' PRECEDING AND INTERVAL '1 day' PRECEDING
    ) AS most_before
  FROM day_of_calls
)
SELECT
  first_call AS time,
  last_call AS last_time,
  date_bin($window, first_call) AS window_start,
  calls AS count,
  array_slice(array_sort(ids), 1, 100) AS event_ids,
  compared.principal || ', whose long-term key was in use, changed infrastructure or tried to: ' || CAST(new_kinds AS VARCHAR)
    || ' kinds of call that are new for it' AS message,
  compared.principal,
  compared.account_id,
  new_kinds,
  most_before AS kinds_on_busiest_day,
  array_to_string(array_slice(array_sort(names), 1, 50), ', ') AS new_calls
FROM compared
JOIN keyed USING (account_id, principal, "day")
WHERE new_kinds > coalesce(most_before, 0)
