/*---
id: cloudtrail_key_disabled
title: Key of a trail disabled, deleted or taken from CloudTrail
severity: critical
status: stable
attack: [T1562.008, T1485, T1486]
practice: monitoring
description: >
  CloudTrail can write no more files, and once the key is gone nobody can read the old ones. The trail itself looks
  untouched. Which keys trails use is learned from CloudTrail's own calls of the day before.
false_positives:
  - A planned change to another key, when the old one is disabled within a day.
  - A key policy that lets CloudTrail in by another way than its service name.
respond:
  - >
    Now: `aws kms cancel-key-deletion`, `enable-key`, or put the key policy back.
  - >
    Does CloudTrail still deliver? `aws cloudtrail get-trail-status`, LatestDeliveryError. It tries again for 30 days,
    so nothing need be lost.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - Key policies for CloudTrail, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
  - DisableKey, https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html
  - ScheduleKeyDeletion, https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
entity: [key_id]
window: 1h
lookback: 1d
---*/
-- CloudTrail asks for a data key for each file it writes: that tells which keys are meant. A key is named by id or ARN.
WITH change AS (
  SELECT
    event_time,
    event_id,
    event_name,
    regexp_replace(request_parameters ->> 'keyId', '^.*/', '') AS key_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region,
    principal,
    coalesce(source_ip, source_ip_address) AS source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'kms.amazonaws.com'
    AND event_name IN ('DisableKey', 'ScheduleKeyDeletion', 'DeleteImportedKeyMaterial', 'PutKeyPolicy')
    AND error_code IS NULL
    AND error_message IS NULL
    -- A policy that names CloudTrail, or that was left out of the record, may be fine.
    AND (
      event_name IN ('DisableKey', 'ScheduleKeyDeletion', 'DeleteImportedKeyMaterial')
      OR coalesce(request_parameters ->> 'policy', 'cloudtrail.amazonaws.com') NOT LIKE '%cloudtrail.amazonaws.com%'
    )
),
trail_key AS (
  SELECT DISTINCT regexp_replace(request_parameters ->> 'keyId', '^.*/', '') AS key_id, event_time AS seen
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'kms.amazonaws.com'
    AND event_name = 'GenerateDataKey'
    AND user_invoked_by = 'cloudtrail.amazonaws.com'
),
hit AS (
  SELECT * FROM change
  WHERE EXISTS (
    SELECT 1 FROM trail_key
    WHERE trail_key.key_id = change.key_id
      AND trail_key.seen <= change.event_time
      AND trail_key.seen >= change.event_time - INTERVAL '1 day'
  )
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'Key ' || key_id || ' of a trail: ' || array_to_string(array_sort(array_distinct(array_agg(event_name))), ', ') || ' by '
    || coalesce(min(principal), 'somebody') AS message,
  key_id,
  min(account_id) AS account_id,
  min(region) AS region,
  CASE WHEN min(principal) = max(principal) THEN min(principal) END AS principal,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM hit
GROUP BY key_id, date_bin($window, event_time)
