/*---
id: s3_read_then_deleted
title: Objects of a bucket read and then deleted from a public address
severity: medium
status: stable
attack: [T1530, T1485, T1657]
practice: monitoring
description: >
  One principal read a hundred objects or more of a bucket and deleted as many on the same day, from an address
  of the internet. Copy, delete, demand money: that is a ransom without any encryption. A bulk delete counts as
  twenty, since the record doesn't say how many objects it took.
false_positives:
  - >
    Transfers that fetch files and delete them afterwards, such as aws s3 mv to a server of your own; suppress
    the role for its bucket.
respond:
  - >
    Stop the caller first: deactivate the key or revoke the role's sessions.
  - See whether versioning keeps the objects, `aws s3api list-object-versions --bucket NAME`.
  - >
    Look for a note (rule s3_ransom_note) and for how the credentials were lost (hunts key_activity,
    session_origin).
references:
  - GetObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
  - DeleteObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
  - DeleteObjects, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
params:
  objects:
    type: int
    default: 100
    description: how many objects were read, and deleted; a bulk delete counts as twenty
entity: [principal, bucket, account_id]
window: 1d
untested:
  "every.event_name IN ('DeleteObject', 'DeleteObjects')": it only spares work, what is found is asked for again below
---*/
-- Who deleted that much at all comes first, which is cheap; their calls alone are looked at one by one.
WITH busy AS (
  SELECT every.principal AS actor
  FROM cloudtrail AS every
  WHERE every.event_time >= $lookback_start AND every.event_time < $window_end
    AND every.event_name IN ('DeleteObject', 'DeleteObjects')
  GROUP BY every.principal, date_bin($window, every.event_time)
  HAVING sum(CASE every.event_name WHEN 'DeleteObjects' THEN 20 ELSE 1 END) >= $objects
),
hit AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region, source_ip_address,
    principal, request_parameters ->> 'bucketName' AS bucket,
    CASE WHEN event_name = 'GetObject' THEN 1 ELSE 0 END AS read,
    CASE event_name WHEN 'GetObject' THEN 0 WHEN 'DeleteObject' THEN 1 ELSE 20 END AS deleted
  FROM (SELECT DISTINCT actor FROM busy) AS deleter
  JOIN cloudtrail ON principal = deleter.actor
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN ('GetObject', 'DeleteObject', 'DeleteObjects')
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND (user_type IS DISTINCT FROM 'AWSService')
    AND request_parameters ->> 'bucketName' IS NOT NULL
    AND ip_kind(source_ip_address) = 'public'
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' read and then deleted objects of ' || bucket
    AS message,
  principal, bucket, account_id,
  CAST(sum(read) AS BIGINT) AS reads,
  CAST(sum(deleted) AS BIGINT) AS deletions,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM hit
GROUP BY principal, bucket, account_id, date_bin($window, event_time)
HAVING sum(read) >= $objects
  AND sum(deleted) >= $objects
  AND min(event_time) FILTER (WHERE read > 0) < min(event_time) FILTER (WHERE deleted > 0)
