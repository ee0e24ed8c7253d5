/*---
id: s3_object_lock_bypassed
title: Object Lock of a bucket bypassed or taken off
severity: high
status: stable
attack: [T1490, T1485]
practice: monitoring
description: >
  Object Lock keeps objects from being deleted or overwritten, as the last stand against ransom. Somebody
  deleted in spite of it with the right to bypass governance mode, lifted a legal hold, or removed the bucket's
  default retention. One finding a principal, bucket and hour.
false_positives:
  - A backup product or a records manager that ends a retention as planned.
respond:
  - >
    Stop the caller if nobody knows of it: deactivate the key or revoke the role's sessions.
  - List what was deleted since (hunts principal_timeline, key_activity); deleted versions can't be had back.
  - Deny s3:BypassGovernanceRetention by an organization policy, and use compliance mode for backups.
references:
  - Object Lock, https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
entity: [principal, bucket, account_id]
window: 1h
---*/
WITH hit AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region, source_ip_address,
    principal, request_parameters ->> 'bucketName' AS bucket, event_name
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN (
      'DeleteObject', 'DeleteObjects', 'PutObjectRetention', 'PutObjectLegalHold', 'PutBucketObjectLockConfiguration'
    )
    AND error_code IS NULL
    AND error_message IS NULL
    AND (
      lower(request_parameters ->> 'x-amz-bypass-governance-retention') LIKE '%true%'
      OR event_name = 'PutObjectLegalHold' AND regexp_like(request_parameters, '"Status"\s*:\s*"OFF"')
      OR event_name = 'PutBucketObjectLockConfiguration'
        AND json_contains(request_parameters, 'ObjectLockConfiguration')
        AND NOT coalesce(json_contains(request_parameters, 'ObjectLockConfiguration', 'Rule'), false)
    )
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' got past the Object Lock of ' || coalesce(bucket, 'a bucket') || ': ' || string_agg(DISTINCT event_name, ', ')
    AS message,
  principal, bucket, account_id,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM hit
GROUP BY principal, bucket, account_id, date_bin($window, event_time)
