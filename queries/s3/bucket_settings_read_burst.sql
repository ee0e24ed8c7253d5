/*---
id: bucket_settings_read_burst
title: Settings of thirty buckets read by one session within minutes
severity: low
status: stable
attack: [T1619, T1580]
practice: monitoring
description: >
  Policy, access list and public access block of bucket after bucket: somebody looks for one that is open, or
  for one without versioning and logging that can be wiped quietly.
false_positives:
  - Posture tools and Terraform states with many buckets; put their names into inventory_principals.
respond:
  - See who it is and from where (hunt principal_timeline).
  - Look for object reads, copies and deletions by the same principal afterwards (hunt data_reads_by_bucket).
  - >
    If unexplained: deactivate the credential, check bucket policies for changes.
references:
  - GetBucketPolicy, https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
params:
  inventory_principals:
    type: text[]
    default: []
    description: principals (role or user ARNs) of inventory and posture tools
entity: [actor]
window: 10m
lookback: 30m
untested:
  "every.event_name LIKE 'GetBucket%'": it only spares work, what is found is asked for again below
  "(every.user_type IS DISTINCT FROM 'AWSService')": it only spares work, what is found is asked for again below
---*/
-- Who comes near the number at all comes first, which is cheap. Of two buckets of time that hold it together one has half.
WITH busy AS (
  SELECT every.principal AS reader
  FROM cloudtrail AS every
  WHERE every.event_time >= $lookback_start AND every.event_time < $window_end
    AND every.event_name LIKE 'GetBucket%'
    AND (every.user_type IS DISTINCT FROM 'AWSService')
  GROUP BY every.principal, date_bin($window, every.event_time)
  HAVING count(*) >= 15
),
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
kind AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    request_parameters ->> 'bucketName' AS what,
    date_bin($window, event_time) AS own_bucket,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    min(event_id) AS event_id,
    min(principal) AS principal,
    min(coalesce(recipient_account_id, user_account_id)) AS account_id,
    min(source_ip) AS address_first,
    max(source_ip) AS address_last
  FROM (SELECT DISTINCT reader FROM busy) AS often
  JOIN cloudtrail ON principal = often.reader
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN (
      'GetBucketAcl', 'GetBucketPolicy', 'GetBucketPolicyStatus', 'GetBucketPublicAccessBlock', 'GetBucketLogging',
      'GetBucketVersioning', 'GetBucketReplication', 'GetBucketEncryption', 'GetBucketLifecycle',
      'GetBucketOwnershipControls'
    )
    AND (session_credential_from_console IS DISTINCT FROM true)
    AND user_invoked_by IS NULL
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
    max(first_time) FILTER (WHERE place = 30) AS time,
    max(last_time) AS last_time,
    max(kinds) AS kinds,
    CAST(sum(calls) AS BIGINT) AS calls,
    array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
    array_to_string(array_slice(array_agg(what ORDER BY first_time, what), 1, 20), ', ') AS named,
    min(principal) AS principal,
    min(account_id) AS account_id,
    CASE WHEN min(address_first) = max(address_last) THEN min(address_first) END AS source_ip
  FROM ranked
  WHERE kinds >= 30
  GROUP BY actor, bucket
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  event_ids,
  coalesce(principal, actor) || ' read settings of ' || CAST(kinds AS VARCHAR)
    || ' buckets within minutes' AS message,
  actor,
  principal,
  account_id,
  source_ip,
  kinds AS buckets,
  named AS some_buckets
FROM burst
WHERE time >= bucket
