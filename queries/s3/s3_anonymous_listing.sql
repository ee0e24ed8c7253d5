/*---
id: s3_anonymous_listing
title: Anonymous caller listed a bucket or read its settings
severity: medium
status: stable
attack: [T1619, T1530]
practice: least-privilege
description: >
  Somebody without any credentials got the list of all objects, or the bucket's policy or ACL. A public web site
  needs no list; with it the whole bucket can be copied. One finding an address, bucket and hour.
false_positives:
  - A public data set that may be listed on purpose.
respond:
  - >
    Close it: `aws s3api put-public-access-block --bucket NAME` with all four set, or take s3:ListBucket for *
    out of the policy.
  - See what was read from that address (hunts address_activity, data_reads_by_bucket).
  - Find who opened the bucket (hunts policy_changes, public_policies).
references:
  - ListObjectsV2, https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
entity: [source_ip, bucket, account_id]
window: 1h
---*/
WITH hit AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region, source_ip_address,
    coalesce(source_ip, source_ip_address) AS source_ip, request_parameters ->> 'bucketName' AS bucket, event_name
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN ('ListObjects', 'ListObjectVersions', 'GetBucketAcl', 'GetBucketPolicy')
    AND error_code IS NULL
    AND error_message IS NULL
    AND lower(user_account_id) IN ('anonymous_principal', 'anonymous')
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  source_ip || ' listed or read the settings of ' || coalesce(bucket, 'a bucket') || ' without credentials: ' || string_agg(DISTINCT event_name, ', ')
    AS message,
  source_ip, bucket, account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM hit
GROUP BY source_ip, bucket, account_id, date_bin($window, event_time)
