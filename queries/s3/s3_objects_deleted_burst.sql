/*---
id: s3_objects_deleted_burst
title: Many objects of a bucket deleted within an hour
severity: medium
status: stable
attack: [T1485]
practice: monitoring
description: >
  One principal deleted a hundred objects or more of one bucket within an hour. A bulk delete counts as twenty,
  since the record doesn't say how many objects it took. Deletions by AWS services and lifecycle rules are left
  out.
false_positives:
  - Jobs that clear temporary files; raise the number, or suppress the role for its bucket.
  - Emptying a bucket before it is deleted.
respond:
  - >
    If the bucket matters, stop the caller first: deactivate the key or revoke the role's sessions.
  - >
    See whether versioning keeps the objects, `aws s3api list-object-versions --bucket NAME`; removing the
    delete markers brings them back.
  - >
    Look for copies that the caller took before (hunts data_reads_by_bucket, key_activity) and for a note (rule
    s3_ransom_note).
references:
  - DeleteObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
  - DeleteObjects, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
params:
  objects:
    type: int
    default: 100
    description: how many objects within an hour; a bulk delete counts as twenty
entity: [principal, bucket, account_id]
window: 1h
lookback: 1h
---*/
-- One finding a principal, bucket and clock hour; counted over the hour before each call, so a burst across the full hour is seen.
WITH hit AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id, aws_region AS region,
    principal, request_parameters ->> 'bucketName' AS bucket, source_ip_address,
    CASE WHEN event_name = 'DeleteObjects' THEN 20 ELSE 1 END AS weight
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN ('DeleteObject', 'DeleteObjects')
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND (user_type IS DISTINCT FROM 'AWSService')
    AND request_parameters ->> 'bucketName' IS NOT NULL
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
  min(event_time) FILTER (WHERE total >= $objects) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' deleted ' || CAST(count(*) AS VARCHAR) || ' times from ' || bucket || ' within an hour'
    AS message,
  principal, bucket, account_id,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM counted
GROUP BY principal, bucket, account_id, date_bin($window, event_time)
HAVING max(total) >= $objects
