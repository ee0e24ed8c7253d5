/*---
id: roles_assumed_in_many_accounts
title: One session assumed roles in ten accounts within minutes
severity: low
status: stable
attack: [T1078.004, T1550.001]
practice: monitoring
description: >
  A hub role that opens every account is what an intruder wants most. Use of it over ten accounts within minutes
  is automation, or somebody walking through the organization. Put the hubs you know into hub_principals.
false_positives:
  - Central deployment, inventory, backup and cost tools.
respond:
  - Is this principal known to work across accounts? Then add it to hub_principals.
  - >
    See what the new sessions did: the access keys are in the answers of the AssumeRole calls.
  - >
    If unexplained: revoke the sessions of the roles in every account, then the hub's.
references:
  - AssumeRole, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
params:
  hub_principals:
    type: text[]
    default: []
    description: principals that are known to work across accounts
entity: [actor]
window: 10m
lookback: 30m
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
WITH kind AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    split_part(request_parameters ->> 'roleArn', ':', 5) AS what,
    date_bin($window, event_time) AS own_bucket,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    min(event_id) AS event_id,
    min(principal) AS principal,
    min(coalesce(recipient_account_id, user_account_id)) AS account_id,
    min(source_ip) AS address_first,
    max(source_ip) AS address_last
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'sts.amazonaws.com'
    AND event_name = 'AssumeRole'
    AND error_code IS NULL
    AND error_message IS NULL
    AND (user_type IS DISTINCT FROM 'AWSService')
    AND user_invoked_by IS NULL
    AND coalesce(session_issuer_arn, '') NOT LIKE '%:role/aws-service-role/%'
    AND NOT coalesce(principal IN ($hub_principals), false)
  GROUP BY 1, 2, 3
),
spread AS (
  SELECT *, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket FROM kind
),
merged AS (
  SELECT
    actor,
    bucket,
    what,
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum(calls) AS calls,
    min(event_id) AS event_id,
    min(principal) AS principal,
    min(account_id) AS account_id,
    min(address_first) AS address_first,
    max(address_last) AS address_last
  FROM spread
  GROUP BY actor, bucket, what
),
burst AS (
  SELECT
    actor,
    bucket,
    array_sort(array_agg(first_time))[10] AS time,
    max(last_time) AS last_time,
    count(*) AS kinds,
    CAST(sum(calls) AS BIGINT) AS calls,
    -- Sorted here as text: ORDER BY within array_agg sorts all rows, which takes much memory.
    array_slice(array_sort(array_agg(CAST(first_time AS VARCHAR) || ' ' || event_id)), 1, 100) AS firsts,
    array_to_string(array_slice(array_sort(array_agg(what)), 1, 20), ', ') AS named,
    min(principal) AS principal,
    min(account_id) AS account_id,
    CASE WHEN min(address_first) = max(address_last) THEN min(address_first) END AS source_ip
  FROM merged
  GROUP BY actor, bucket
  HAVING count(*) >= 10
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  string_to_array(regexp_replace(array_to_string(firsts, ','), '(^|,)[^ ]+ ', '\1', 'g'), ',') AS event_ids,
  coalesce(principal, actor) || ' assumed roles in ' || CAST(kinds AS VARCHAR)
    || ' accounts within minutes' AS message,
  actor,
  principal,
  account_id,
  source_ip,
  kinds AS accounts,
  named AS some_accounts
FROM burst
WHERE time >= bucket
