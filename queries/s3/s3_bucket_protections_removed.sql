/*---
id: s3_bucket_protections_removed
title: Two or more protections of a bucket removed on one day
severity: high
status: stable
attack: [T1562.001, T1490, T1485]
practice: monitoring
description: >
  Versioning, access log, encryption, replication and the block on public access guard a bucket in
  different ways. Somebody who takes off two of them on one day prepares to steal or destroy what is in it. A
  bucket that was deleted on that day, too, is left out.
false_positives:
  - A bucket whose setup is changed by hand in one session.
respond:
  - >
    Set them again; the former values are in earlier events of this bucket (hunt principal_timeline for its
    usual keeper).
  - >
    Look for deletions, copies and rewrites since (rules s3_objects_deleted_burst, s3_sse_c_burst; hunt
    data_reads_by_bucket).
  - >
    Stop the caller if nobody knows of it: deactivate the key or revoke the role's sessions.
references:
  - PutBucketVersioning, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html
  - PutBucketLogging, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html
  - DeleteBucketEncryption, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html
entity: [principal, bucket, account_id]
window: 1d
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
      'PutBucketVersioning', 'PutBucketLogging', 'DeleteBucketEncryption', 'DeleteBucketReplication',
      'DeleteBucketPublicAccessBlock', 'DeleteBucket'
    )
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND (user_type IS DISTINCT FROM 'AWSService')
    AND request_parameters ->> 'bucketName' IS NOT NULL
    AND (
      (event_name IS DISTINCT FROM 'PutBucketVersioning')
      OR lower(request_parameters -> 'VersioningConfiguration' ->> 'Status') IN ('suspended', 'disabled')
    )
    AND (
      (event_name IS DISTINCT FROM 'PutBucketLogging')
      OR json_contains(request_parameters, 'BucketLoggingStatus')
        AND NOT coalesce(json_contains(request_parameters, 'BucketLoggingStatus', 'LoggingEnabled'), false)
    )
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' removed protections of ' || bucket || ': ' || string_agg(DISTINCT event_name, ', ')
    AS message,
  principal, bucket, account_id,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM hit
GROUP BY principal, bucket, account_id, date_bin($window, event_time)
HAVING count(DISTINCT event_name) >= 2 AND count(*) FILTER (WHERE event_name = 'DeleteBucket') = 0
