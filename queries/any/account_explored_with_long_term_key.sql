/*---
id: account_explored_with_long_term_key
title: Account explored with a long-term access key
severity: low
status: stable
attack: [T1526, T1580, T1087.004]
practice: rotate-credentials
description: >
  A user whose long-term key was in use asked what there is (instances, users, buckets, functions, models, quotas) in
  more ways that are new for it than on its busiest day of the last 30. It is what everybody does first who has found
  a key. A user without a history needs one call; one that asks the same each day is left alone. Denied calls count.
false_positives:
  - A new user, or a tool that was changed or used for something new.
  - The first weeks of logs, when much is new; inventory tools, which belong into inventory_principals.
  - The same user at the console or with a session on the day its key was used too.
respond:
  - See new_calls. Does the address fit the user, and its program (hunt key_activity)?
  - Ask the owner; look for denied calls and for changes by the same key.
  - >
    Unexplained: deactivate the key (`aws iam update-access-key --status Inactive`). Otherwise give the workload a
    role.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
params:
  inventory_principals:
    type: text[]
    default: []
    description: principals (role or user ARNs) of inventory and posture tools
entity: [principal, account_id]
window: 1d
lookback: 31d
untested:
  "attribute = 'event'": no value of another attribute looks like a call; fewer rows are read so
---*/
-- The calls left out are everyday ones of applications that know what they want.
WITH keyed AS (
  SELECT account_id, principal, "day"
  FROM baseline
  WHERE attribute = 'access_key'
    AND NOT coalesce(principal IN ($inventory_principals), false)
  GROUP BY account_id, principal, "day"
),
call AS (
  SELECT account_id, principal, "day", "value", "count", first_time, last_time, first_event_id
  FROM baseline
  WHERE attribute = 'event'
    AND principal LIKE '%:user/%'
    AND split_part("value", ':', 1) IN (
      'ec2', 'iam', 'sts', 'organizations', 'rds', 'lambda', 'eks', 'ecs', 'ecr', 's3', 'secretsmanager', 'ssm',
      'logs', 'monitoring', 'guardduty', 'bedrock', 'sagemaker', 'servicequotas', 'health', 'aoss', 'glacier',
      'resource-explorer-2', 'ses', 'sns', 'ce', 'discovery-marketplace', 'agreement-marketplace',
      'servicecatalog-appregistry'
    )
    AND (
      "value" LIKE '%:List%' OR "value" LIKE '%:Describe%' OR "value" LIKE '%:Get%' OR "value" LIKE '%:BatchGet%'
      OR "value" LIKE '%:Search%' OR "value" LIKE '%:Simulate%' OR "value" LIKE '%:Head%' OR "value" LIKE '%:Select%'
      OR "value" LIKE '%:Generate%Report'
    )
    AND NOT coalesce(split_part("value", ':', 2) IN (
      'GetObject', 'GetObjectAcl', 'GetObjectTagging', 'ListObjects', 'ListObjectsV2', 'ListParts',
      'ListMultipartUploads', 'GetSecretValue', 'GetParameter', 'GetParameters', 'GetParametersByPath',
      'GetAuthorizationToken', 'GetDownloadUrlForLayer', 'GetLogEvents', 'GetQueryResults', 'GetMetricData',
      'GetMetricStatistics', 'ListMetrics', 'GetSessionToken', 'GetFederationToken'
    ), false)
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
  compared.principal || ', whose long-term key was in use, asked what the account holds: ' || CAST(new_kinds AS VARCHAR)
    || ' kinds of call that are new for it' AS message,
  compared.principal,
  compared.account_id,
  new_kinds,
  most_before AS kinds_on_busiest_day,
  array_to_string(array_slice(array_sort(names), 1, 50), ', ') AS new_calls
FROM compared
JOIN keyed USING (account_id, principal, "day")
WHERE new_kinds > coalesce(most_before, 0)
