/*---
id: s3_large_download
title: Very much data read from a bucket to a public address within an hour
severity: medium
status: stable
attack: [T1530, T1567]
practice: monitoring
description: >
  One principal read fifty GiB or more of one bucket from an address of the internet within an hour. Machines
  inside AWS mostly read through private addresses; data that leaves the account looks like this.
false_positives:
  - >
    Instances with public addresses or a NAT gateway and no VPC endpoint for S3; raise gib, or suppress the role
    for its bucket.
  - Downloads by partners and data scientists.
respond:
  - >
    See whose address it is (hunt address_activity) and whether this principal reads the bucket usually (hunt
    data_reads_by_bucket).
  - >
    If not, cut the principal off: deactivate the key or revoke the role's sessions.
  - Find out what the objects hold, and whom to tell.
references:
  - GetObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
params:
  gib:
    type: int
    default: 50
    description: how many GiB within an hour
entity: [principal, bucket, account_id]
window: 1h
lookback: 1h
untested:
  "every.event_name = 'GetObject'": it only spares work, what is found is asked for again below
  "ip_kind(every.source_ip_address) = 'public'": it only spares work, what is found is asked for again below
---*/
-- Who read that much at all comes first, which is cheap; their calls alone are looked at one by one. An hour that lies
-- across a full hour has half of its bytes on one side of it at least.
WITH busy AS (
  SELECT every.principal AS actor
  FROM cloudtrail AS every
  WHERE every.event_time >= $lookback_start AND every.event_time < $window_end
    AND every.event_name = 'GetObject'
    AND ip_kind(every.source_ip_address) = 'public'
  GROUP BY every.principal, date_bin($window, every.event_time)
  HAVING sum(TRY_CAST(every.additional_event_data ->> 'bytesTransferredOut' AS DOUBLE)) * 2 >= $gib * 1073741824.0
),
-- One finding a principal, bucket and clock hour; counted over the hour before each call, so a burst across the full hour is seen.
hit AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id, aws_region AS region,
    principal, request_parameters ->> 'bucketName' AS bucket, source_ip_address,
    coalesce(TRY_CAST(additional_event_data ->> 'bytesTransferredOut' AS DOUBLE), 0) AS weight
  FROM (SELECT DISTINCT actor FROM busy) AS reader
  JOIN cloudtrail ON principal = reader.actor
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name = 'GetObject'
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND (user_type IS DISTINCT FROM 'AWSService')
    AND request_parameters ->> 'bucketName' IS NOT NULL
    AND ip_kind(source_ip_address) = 'public'
),
counted AS (
  SELECT
    *,
    sum(weight) OVER (
      PARTITION BY principal, bucket, account_id ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS total
  FROM hit
)
SELECT
  min(event_time) FILTER (WHERE total >= $gib * 1073741824.0) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' read ' || CAST(CAST(sum(weight) / 1073741824 AS BIGINT) AS VARCHAR) || ' GiB of ' || bucket
    AS message,
  principal, bucket, account_id,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM counted
GROUP BY principal, bucket, account_id, date_bin($window, event_time)
HAVING max(total) >= $gib * 1073741824.0
