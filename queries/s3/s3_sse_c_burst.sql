/*---
id: s3_sse_c_burst
title: Many objects written with an encryption key that only the caller has
severity: high
status: stable
attack: [T1486]
practice: monitoring
description: >
  With a customer-provided key (SSE-C) AWS keeps only a fingerprint of the key: whoever wrote the object alone
  can read it. Intruders copy every object of a bucket onto itself like this and ask for money. Hardly anybody
  uses it otherwise.
false_positives:
  - Backup software that encrypts with keys of its own (SSE-C); suppress its role.
respond:
  - >
    Stop the caller now: deactivate the key or revoke the role's sessions.
  - >
    Keep what is left: suspend lifecycle rules, `aws s3api delete-bucket-lifecycle`; older versions can be
    restored if the bucket is versioned.
  - >
    Look for how the credentials were lost (hunts key_activity, session_origin); block SSE-C in the bucket
    policies (condition s3:x-amz-server-side-encryption-customer-algorithm).
references:
  - CopyObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
  - PutObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
params:
  objects:
    type: int
    default: 20
    description: how many objects within an hour
entity: [principal, bucket, account_id]
window: 1h
lookback: 1h
---*/
-- One finding a principal, bucket and clock hour; counted over the hour before each call, so a burst across the full hour is seen.
WITH hit AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id, aws_region AS region,
    principal, request_parameters ->> 'bucketName' AS bucket, source_ip_address,
    1 AS weight
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN ('CopyObject', 'PutObject', 'CreateMultipartUpload')
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND (user_type IS DISTINCT FROM 'AWSService')
    AND request_parameters ->> 'bucketName' IS NOT NULL
    -- Searched as text, since every upload is asked.
    AND (
      request_parameters LIKE '%x-amz-server-side-encryption-customer-algorithm":%'
      OR additional_event_data LIKE '%"SSE_C"%'
    )
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
  principal || ' wrote ' || CAST(count(*) AS VARCHAR) || ' objects of ' || bucket || ' with its own key within an hour'
    AS message,
  principal, bucket, account_id,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM counted
GROUP BY principal, bucket, account_id, date_bin($window, event_time)
HAVING max(total) >= $objects
