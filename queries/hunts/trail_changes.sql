/*---
id: trail_changes
title: Changes to CloudTrail itself, and to where its logs lie
description: >
  Every change of trails, event data stores and selectors, failed ones included, and deletions and policy changes
  of buckets and keys nearby in time are for you to follow by principal.
---*/
SELECT
  event_time,
  recipient_account_id AS account_id,
  aws_region,
  event_name,
  coalesce(
    request_parameters ->> 'name', request_parameters ->> 'trailName', request_parameters ->> 'eventDataStore'
  ) AS trail,
  request_parameters ->> 's3BucketName' AS bucket,
  principal,
  source_ip_address,
  coalesce(error_code, error_message) AS error,
  request_parameters,
  event_id
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND event_source = 'cloudtrail.amazonaws.com'
  AND coalesce(read_only, false) = false
ORDER BY event_time, event_id
