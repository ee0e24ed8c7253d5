/*---
id: cloudtrail_bucket_tampered
title: Bucket of a trail tampered with
severity: high
status: stable
attack: [T1562.008, T1485]
practice: monitoring
description: >
  CloudTrail can't write to the bucket any more, its files are deleted soon or can be overwritten for good, or nobody
  is told of new ones. The trail itself looks untouched. Which buckets trails write to is learned from CloudTrail's
  own calls of the day before.
false_positives:
  - A bucket policy that lets CloudTrail in by another way than its service name.
  - A planned move of the trail to another bucket.
respond:
  - >
    Put policy, lifecycle, versioning and notifications back: `aws s3api put-bucket-policy`,
    `put-bucket-lifecycle-configuration`.
  - >
    Does CloudTrail still deliver? `aws cloudtrail get-trail-status`, LatestDeliveryError. It tries again for 30 days,
    so nothing need be lost.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - Bucket policy for CloudTrail, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
entity: [bucket]
window: 1h
lookback: 1d
---*/
-- CloudTrail looks at the ACL of each bucket it delivers to, many times a day: that tells which buckets are meant.
WITH call AS (
  SELECT
    event_time,
    event_id,
    event_name,
    request_parameters ->> 'bucketName' AS bucket,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region,
    principal,
    coalesce(source_ip, source_ip_address) AS source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN (
      'GetBucketAcl', 'DeleteBucket', 'DeleteBucketPolicy', 'PutBucketPolicy', 'PutBucketVersioning',
      'PutBucketNotification', 'PutBucketLifecycle'
    )
    AND ((event_name IS DISTINCT FROM 'GetBucketAcl') OR user_invoked_by = 'cloudtrail.amazonaws.com')
    AND error_code IS NULL
    AND error_message IS NULL
    AND (
      event_name IN ('GetBucketAcl', 'DeleteBucket', 'DeleteBucketPolicy')
      -- The new policy lets CloudTrail write no more.
      OR event_name = 'PutBucketPolicy' AND NOT regexp_like(coalesce(request_parameters, ''), '"cloudtrail\.amazonaws\.com\\?"')
      OR request_parameters -> 'VersioningConfiguration' ->> 'Status' = 'Suspended'
      -- Files are deleted within a week.
      OR regexp_like(
        coalesce(request_parameters -> 'LifecycleConfiguration' ->> 'Rule', ''),
        '"Expiration"\s*:\s*\{[^{}]*"(Days"\s*:\s*"?[1-7]\b|Date")[^{}]*\}([^{}]|\{([^{}]|\{([^{}]|\{[^{}]*\})*\})*\})*"Status"\s*:\s*"Enabled"'
      )
      OR regexp_like(
        coalesce(request_parameters -> 'LifecycleConfiguration' ->> 'Rule', ''),
        '"Status"\s*:\s*"Enabled"([^{}]|\{([^{}]|\{([^{}]|\{[^{}]*\})*\})*\})*"Expiration"\s*:\s*\{[^{}]*"(Days"\s*:\s*"?[1-7]\b|Date")'
      )
      -- Nobody is told of new files any more.
      OR event_name = 'PutBucketNotification' AND NOT regexp_like(
        coalesce(request_parameters ->> 'NotificationConfiguration', ''),
        '"(Queue|Topic|CloudFunction|LambdaFunction|EventBridge)Configuration'
      )
    )
),
known AS (
  SELECT *, max(event_time) FILTER (WHERE event_name = 'GetBucketAcl') OVER (PARTITION BY bucket ORDER BY event_time) AS seen
  FROM call
),
hit AS (
  SELECT * FROM known
  WHERE (event_name IS DISTINCT FROM 'GetBucketAcl') AND seen >= event_time - INTERVAL '1 day'
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'Bucket ' || bucket || ' of a trail: ' || array_to_string(array_sort(array_distinct(array_agg(event_name))), ', ') || ' by '
    || coalesce(min(principal), 'somebody') AS message,
  bucket,
  min(account_id) AS account_id,
  min(region) AS region,
  CASE WHEN min(principal) = max(principal) THEN min(principal) END AS principal,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM hit
GROUP BY bucket, date_bin($window, event_time)
