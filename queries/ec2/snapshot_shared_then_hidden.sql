/*---
id: snapshot_shared_then_hidden
title: A snapshot was shared, and the share or the snapshot removed within a day
severity: medium
status: stable
attack: [T1537, T1070.004]
practice: monitoring
description: >
  A copy takes minutes; after it the snapshot isn't needed any more. Sharing it and removing the trace on the
  same day is how a disk is carried off. Shares that are meant to last are not reported here.
false_positives:
  - A migration or a copy for another account of yours, tidied up afterwards.
  - A share by mistake, taken back.
respond:
  - Whose account was it (details of the share)? An account of your own ends it here.
  - >
    If not: what was on the volume? Treat all of it, keys and passwords too, as known.
  - >
    Look at the caller's other calls of the day: hunt principal_timeline.
references:
  - Share an EBS snapshot, https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
entity: [snapshot_id]
window: 1d
lookback: 48h
---*/
WITH before AS (
  SELECT
    request_parameters ->> 'snapshotId' AS snapshot_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name = 'ModifySnapshotAttribute'
    AND request_parameters -> 'createVolumePermission' ->> 'add' IS NOT NULL
    AND error_code IS NULL
    AND error_message IS NULL
),
after AS (
  SELECT
    request_parameters ->> 'snapshotId' AS snapshot_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND (
      event_name IN ('DeleteSnapshot', 'ResetSnapshotAttribute')
      OR event_name = 'ModifySnapshotAttribute'
        AND request_parameters -> 'createVolumePermission' ->> 'remove' IS NOT NULL
    )
    AND error_code IS NULL
    AND error_message IS NULL
)
SELECT
  min(after.event_time) AS time,
  max(after.event_time) AS last_time,
  date_bin($window, after.event_time) AS window_start,
  CAST(array_length(array_distinct(array_agg(after.event_id))) AS BIGINT) AS count,
  array_slice(
    array_distinct(
      array_concat(
        array_agg(before.event_id ORDER BY before.event_time, before.event_id),
        array_agg(after.event_id ORDER BY after.event_time, after.event_id)
      )
    ), 1, 100
  ) AS event_ids,
  'snapshot ' || after.snapshot_id || ' was shared, then ' || min(after.what)
    || ' took the trace away' AS message,
  after.snapshot_id,
  min(after.principal) AS principal,
  after.account_id,
  CASE WHEN min(after.source_ip) = max(after.source_ip) THEN min(after.source_ip) END AS source_ip,
  min(before.event_time) AS began,
  array_to_string(array_distinct(array_agg(before.what ORDER BY before.event_time, before.what)), ', ') AS first_steps,
  array_to_string(array_distinct(array_agg(after.what ORDER BY after.event_time, after.what)), ', ') AS second_steps
FROM after
JOIN before ON before.snapshot_id = after.snapshot_id
  AND before.account_id = after.account_id
  AND before.event_time <= after.event_time
  AND before.event_time >= after.event_time - INTERVAL '24 hours'
GROUP BY after.snapshot_id, after.account_id, date_bin($window, after.event_time)
