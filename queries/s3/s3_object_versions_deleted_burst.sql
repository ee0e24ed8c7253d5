/*---
id: s3_object_versions_deleted_burst
title: Many object versions deleted for good within an hour
severity: high
status: stable
attack: [T1485, T1490]
practice: monitoring
description: >
  Deleting by version goes around versioning: nothing is left to restore. Nobody does that by hand to tidy up;
  intruders do it before they ask for money.
false_positives:
  - Tools that empty a versioned bucket before it is deleted, such as those of Terraform and the console.
respond:
  - >
    Stop the caller now: deactivate the key or revoke the role's sessions.
  - >
    See which copies are left: replicas, backups, other accounts.
  - >
    Look for reads and copies by the caller before (hunts data_reads_by_bucket, key_activity) and for a note
    (rule s3_ransom_note).
references:
  - DeleteObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
params:
  versions:
    type: int
    default: 50
    description: how many versions within an hour
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
    AND event_name = 'DeleteObject'
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND (user_type IS DISTINCT FROM 'AWSService')
    AND request_parameters ->> 'bucketName' IS NOT NULL
    AND coalesce(request_parameters ->> 'versionId', '') NOT IN ('', 'null')
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
  min(event_time) FILTER (WHERE total >= $versions) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' deleted ' || CAST(count(*) AS VARCHAR) || ' object versions of ' || bucket || ' within an hour'
    AS message,
  principal, bucket, account_id,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM counted
GROUP BY principal, bucket, account_id, date_bin($window, event_time)
HAVING max(total) >= $versions
