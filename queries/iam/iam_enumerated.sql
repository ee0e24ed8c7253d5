/*---
id: iam_enumerated
title: Fifteen different IAM reads by one session within minutes
severity: low
status: stable
attack: [T1087.004, T1069.003]
practice: monitoring
description: >
  Users, groups, roles, attached and inline policies, keys: read all within minutes, they are a map of who can
  do what. It is the step before raising one's own rights.
false_positives:
  - Terraform and posture tools; put their names into inventory_principals.
respond:
  - See who it is and from where (hunt principal_timeline).
  - Look for changes of policies, keys and roles by the same principal afterwards (hunt policy_changes).
  - >
    If unexplained: deactivate the credential.
references:
  - IAM API, https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
params:
  inventory_principals:
    type: text[]
    default: []
    description: principals (role or user ARNs) of inventory and posture tools
entity: [actor]
window: 10m
lookback: 30m
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
WITH kind AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    event_name AS what,
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
    AND event_source = 'iam.amazonaws.com'
    AND (event_name LIKE 'List%' OR event_name LIKE 'Get%' OR event_name LIKE 'Simulate%')
    AND (session_credential_from_console IS DISTINCT FROM true)
    AND user_invoked_by IS NULL
    AND coalesce(session_issuer_arn, '') NOT LIKE '%:role/aws-service-role/%'
    AND NOT coalesce(principal IN ($inventory_principals), false)
  GROUP BY 1, 2, 3
),
-- Fifteen in two buckets are at least eight in one of them: most actors are put aside here.
counted AS (
  SELECT *, count(*) OVER (PARTITION BY actor, own_bucket) AS own_kinds FROM kind
),
busy AS (
  SELECT *, max(own_kinds) OVER (PARTITION BY actor) AS most_kinds FROM counted
),
spread AS (
  SELECT *, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket
  FROM busy
  WHERE most_kinds > 7
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
ranked AS (
  SELECT
    *,
    count(*) OVER (PARTITION BY actor, bucket) AS kinds,
    row_number() OVER (PARTITION BY actor, bucket ORDER BY first_time, what) AS place
  FROM merged
),
burst AS (
  SELECT
    actor,
    bucket,
    max(first_time) FILTER (WHERE place = 15) AS time,
    max(last_time) AS last_time,
    max(kinds) AS kinds,
    CAST(sum(calls) AS BIGINT) AS calls,
    array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
    array_to_string(array_slice(array_agg(what ORDER BY first_time, what), 1, 20), ', ') AS named,
    min(principal) AS principal,
    min(account_id) AS account_id,
    CASE WHEN min(address_first) = max(address_last) THEN min(address_first) END AS source_ip
  FROM ranked
  WHERE kinds >= 15
  GROUP BY actor, bucket
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  event_ids,
  coalesce(principal, actor) || ' read IAM in ' || CAST(kinds AS VARCHAR) || ' ways within minutes' AS message,
  actor,
  principal,
  account_id,
  source_ip,
  kinds AS actions,
  named AS some_actions
FROM burst
WHERE time >= bucket
