/*---
id: s3_denied_on_many_buckets
title: One principal was denied on twenty or more buckets within an hour
severity: medium
status: stable
attack: [T1619, T1580, T1530]
practice: monitoring
description: >
  Somebody tries bucket after bucket with credentials that don't reach that far. A workload knows its buckets;
  one that tries them all was taken over, or somebody is looking around with a stolen key.
false_positives:
  - Inventory and security scanners with too few rights; suppress their roles.
respond:
  - See which credential and address it was, and what it reached (hunts key_activity, denied_by_principal).
  - Ask the owner. If it wasn't them, deactivate the key or revoke the role's sessions.
  - Look for reads that succeeded (hunt data_reads_by_bucket).
references:
  - ListObjectsV2, https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
params:
  buckets:
    type: int
    default: 20
    description: how many buckets within an hour
entity: [principal, account_id]
window: 1h
---*/
WITH hit AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region, source_ip_address,
    principal, request_parameters ->> 'bucketName' AS bucket
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN (
      'ListObjects', 'ListObjectVersions', 'HeadBucket', 'GetObject', 'GetBucketAcl', 'GetBucketPolicy', 'GetBucketLocation',
      'GetBucketPolicyStatus', 'GetBucketPublicAccessBlock', 'GetBucketVersioning', 'GetBucketEncryption', 'GetBucketLogging'
    )
    AND error_code IN ('AccessDenied', 'AllAccessDisabled')
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND (user_type IS DISTINCT FROM 'AWSService')
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' was denied on ' || CAST(count(DISTINCT bucket) AS VARCHAR) || ' buckets within an hour'
    AS message,
  principal, account_id,
  count(DISTINCT bucket) AS buckets,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM hit
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING count(DISTINCT bucket) >= $buckets
