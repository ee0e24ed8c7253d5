/*---
id: s3_anonymous_write
title: Anonymous caller wrote, deleted or opened objects
severity: high
status: stable
attack: [T1565.001, T1485, T1190]
practice: least-privilege
description: >
  Somebody without any credentials changed what is in the bucket. It is open for writing to the whole internet:
  content can be replaced, malware hosted, data wiped, and you pay for it. One finding an address, bucket and
  hour.
false_positives:
  - An upload area that is meant for the public; presigned links are better.
respond:
  - >
    Close it: `aws s3api put-public-access-block --bucket NAME` with all four set.
  - List what the address wrote and deleted (hunt address_activity); get former versions back.
  - Find the policy or ACL that opened the bucket, and who set it (hunts policy_changes, public_policies).
references:
  - PutObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
  - DeleteObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
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
    AND event_name IN (
      'PutObject', 'CopyObject', 'CompleteMultipartUpload', 'DeleteObject', 'DeleteObjects', 'PutObjectAcl', 'PutBucketAcl',
      'PutBucketPolicy'
    )
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
  source_ip || ' changed ' || coalesce(bucket, 'a bucket') || ' without credentials: ' || string_agg(DISTINCT event_name, ', ')
    AS message,
  source_ip, bucket, account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM hit
GROUP BY source_ip, bucket, account_id, date_bin($window, event_time)
