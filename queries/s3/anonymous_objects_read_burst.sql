/*---
id: anonymous_objects_read_burst
title: A hundred objects read without credentials from one address within minutes
severity: low
status: stable
attack: [T1530]
practice: monitoring
description: >
  Somebody without any credentials reads a bucket object by object. For a web site that is normal; for anything
  else the bucket is open and is being emptied. Known public buckets go into public_buckets.
false_positives:
  - Web sites, downloads and open data in buckets; search engines and mirrors that read them.
respond:
  - Is the bucket meant to be public? Then add it to public_buckets, or put CloudFront before it.
  - >
    If not: switch on the public access block (`aws s3api put-public-access-block`).
  - List what was read (hunt data_reads_by_bucket); find the policy change that opened it (hunt public_policies).
references:
  - Blocking public access, https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
params:
  public_buckets:
    type: text[]
    default: []
    description: buckets that are meant to be public
entity: [address]
window: 10m
lookback: 30m
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
WITH kind AS (
  SELECT
    source_ip AS address,
    concat(request_parameters ->> 'bucketName', '/', request_parameters ->> 'key') AS what,
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
    AND event_source = 's3.amazonaws.com'
    AND event_name = 'GetObject'
    AND lower(user_account_id) IN ('anonymous', 'anonymous_principal')
    AND error_code IS NULL
    AND error_message IS NULL
    AND NOT coalesce(request_parameters ->> 'bucketName' IN ($public_buckets), false)
    AND source_ip IS NOT NULL
  GROUP BY 1, 2, 3
),
spread AS (
  SELECT *, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket FROM kind
),
merged AS (
  SELECT
    address,
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
  GROUP BY address, bucket, what
),
ranked AS (
  SELECT
    *,
    count(*) OVER (PARTITION BY address, bucket) AS kinds,
    row_number() OVER (PARTITION BY address, bucket ORDER BY first_time, what) AS place
  FROM merged
),
burst AS (
  SELECT
    address,
    bucket,
    max(first_time) FILTER (WHERE place = 100) AS time,
    max(last_time) AS last_time,
    max(kinds) AS kinds,
    CAST(sum(calls) AS BIGINT) AS calls,
    array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
    array_to_string(array_slice(array_agg(what ORDER BY first_time, what), 1, 20), ', ') AS named,
    min(principal) AS principal,
    min(account_id) AS account_id,
    CASE WHEN min(address_first) = max(address_last) THEN min(address_first) END AS source_ip
  FROM ranked
  WHERE kinds >= 100
  GROUP BY address, bucket
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  event_ids,
  CAST(kinds AS VARCHAR) || ' objects were read without credentials from ' || address AS message,
  address,
  principal,
  account_id,
  source_ip,
  kinds AS objects,
  named AS some_objects
FROM burst
WHERE time >= bucket
