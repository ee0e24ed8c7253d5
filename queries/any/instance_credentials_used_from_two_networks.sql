/*---
id: instance_credentials_used_from_two_networks
title: Credentials of one instance used from two networks
severity: high
status: stable
attack: [T1552.005, T1078.004]
practice: policy-conditions
description: >
  The same temporary key of an EC2 instance was used from two networks. The instance gets it from the metadata
  service and calls by one way; the other place is where somebody took the key.
false_positives:
  - An instance whose public address changes, or whose traffic leaves by several gateways.
respond:
  - >
    Find out which address in some_addresses isn't the instance's or its NAT gateway's, and list what it did (hunt
    address_activity).
  - Revoke the role's sessions (IAM console, Revoke sessions); the instance gets new ones by itself.
  - Isolate the instance, find the hole, require IMDSv2.
references:
  - Instance metadata, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
entity: [user_arn, access_key_id, account_id]
window: 6h
lookback: 6h
untested:
  "user_arn LIKE '%/i-%'": only makes it quick
  "(min(source_ip) IS DISTINCT FROM max(source_ip))": only makes it quick
---*/
-- Per bucket the first use of each combination; a finding is dated at the use that completes the picture. Addresses of
-- IPv4 (/16) and IPv6 (/32) aren't compared with each other: a machine may have both.
WITH signed AS (
  SELECT
    user_arn,
    access_key_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    date_bin($window, event_time) AS bucket,
    source_ip,
    event_time,
    event_id
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND user_type = 'AssumedRole'
    AND user_arn LIKE '%/i-%'
    AND coalesce(user_invoked_by, '') = ''
),
-- Most instances stay where they are: only the others are looked at in full. The few come first in the join, which
-- lets the scan leave out the rest.
moving AS (
  SELECT user_arn, access_key_id, bucket
  FROM signed
  GROUP BY user_arn, access_key_id, bucket
  HAVING (min(source_ip) IS DISTINCT FROM max(source_ip)) AND regexp_like(user_arn, '/i-[0-9a-f]{8,17}$')
),
used AS (
  SELECT
    user_arn,
    access_key_id,
    account_id,
    bucket,
    source_ip,
    min(event_time) AS at,
    max(event_time) AS last_at,
    count(*) AS calls,
    min(event_id) AS event_id
  FROM moving
  JOIN signed USING (user_arn, access_key_id, bucket)
  GROUP BY user_arn, access_key_id, account_id, bucket, source_ip
),
-- Addresses are looked at once each, not once a call.
placed AS (
  SELECT
    *,
    source_ip LIKE '%:%' AS family,
    ip_block(source_ip, CASE WHEN source_ip LIKE '%:%' THEN 32 ELSE 16 END) AS network
  FROM used
  WHERE NOT coalesce(ip_is_private(source_ip), true)
),
seen AS (
  SELECT
    *,
    min(network) OVER so_far AS first_network,
    max(network) OVER so_far AS last_network
  FROM placed
  WINDOW so_far AS (
    PARTITION BY user_arn, access_key_id, account_id, family, bucket
    ORDER BY at, network, source_ip
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
),
judged AS (
  SELECT
    *,
    (first_network IS DISTINCT FROM last_network) AS apart
  FROM seen
)
SELECT
  min(at) FILTER (WHERE apart) AS time,
  max(last_at) AS last_time,
  bucket AS window_start,
  CAST(sum(calls) AS BIGINT) AS count,
  array_slice(array_agg(event_id ORDER BY at, event_id), 1, 100) AS event_ids,
  'key of ' || user_arn || ' was used from ' || CAST(array_length(array_distinct(array_agg(network))) AS VARCHAR)
    || ' networks' AS message,
  user_arn,
  access_key_id,
  account_id,
  array_slice(array_distinct(array_agg(source_ip ORDER BY at, source_ip)), 1, 10) AS some_addresses
FROM judged
GROUP BY user_arn, access_key_id, account_id, bucket
HAVING count(*) FILTER (WHERE apart) > 0
