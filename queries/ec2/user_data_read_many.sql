/*---
id: user_data_read_many
title: User data of ten or more instances read by one session
severity: medium
status: stable
attack: [T1552.005, T1580]
practice: monitoring
description: >
  User data often holds passwords and keys, for it is the easy way to pass them to a machine. Reading it machine
  by machine is a search for credentials. Denied reads count: the intent is the same.
false_positives:
  - Posture tools that search user data for secrets (Prowler, ScoutSuite).
  - Terraform refreshing many instances, and people who click through them; name the principals in inventory_principals.
respond:
  - See who reads and from where (hunt principal_timeline).
  - Read the user data of those instances yourself and change every secret in it.
  - >
    Take secrets out of user data: Secrets Manager, with the instance role.
references:
  - DescribeInstanceAttribute, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceAttribute.html
params:
  instances:
    type: int
    default: 10
    description: different instances, in half an hour to an hour, that are a finding
  inventory_principals:
    type: text[]
    default: []
    description: principals (role or user ARNs) of inventory and posture tools
entity: [actor]
window: 30m
lookback: 90m
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
WITH kind AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    request_parameters ->> 'instanceId' AS what,
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
    AND event_source = 'ec2.amazonaws.com'
    AND event_name = 'DescribeInstanceAttribute'
    AND lower(request_parameters ->> 'attribute') = 'userdata'
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
    AND coalesce(session_issuer_arn, '') NOT LIKE '%:role/aws-service-role/%'
    AND NOT coalesce(principal IN ($inventory_principals), false)
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
    max(first_time) FILTER (WHERE place = $instances) AS time,
    max(last_time) AS last_time,
    max(kinds) AS kinds,
    CAST(sum(calls) AS BIGINT) AS calls,
    array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
    array_to_string(array_slice(array_agg(what ORDER BY first_time, what), 1, 20), ', ') AS named,
    min(principal) AS principal,
    min(account_id) AS account_id,
    CASE WHEN min(address_first) = max(address_last) THEN min(address_first) END AS source_ip
  FROM ranked
  WHERE kinds >= $instances
  GROUP BY actor, bucket
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  event_ids,
  coalesce(principal, actor) || ' read user data of ' || CAST(kinds AS VARCHAR) || ' instances' AS message,
  actor,
  principal,
  account_id,
  source_ip,
  kinds AS instances,
  named AS some_instances
FROM burst
WHERE time >= bucket
