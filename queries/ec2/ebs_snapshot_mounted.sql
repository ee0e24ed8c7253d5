/*---
id: ebs_snapshot_mounted
title: Volume made of a snapshot and attached to an instance
severity: low
status: stable
attack: [T1006, T1003.003, T1578.002]
practice: monitoring
description: >
  Somebody made a disk of a snapshot and attached it to a machine. Thus the disk of a domain controller or a
  database is read without touching the machine itself. Restores do the same.
false_positives:
  - Restores of backups.
  - Storage drivers of clusters; their own agent is left out.
respond:
  - >
    See of which machine the snapshot was taken (`aws ec2 describe-snapshots --snapshot-ids ID`) and who has the
    instance.
  - Ask the caller what was restored.
  - >
    Without an explanation: isolate the instance, and take the secrets on the disk as stolen.
references:
  - CreateVolume, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html
  - AttachVolume, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html
entity: [volume, instance, account_id, region]
window: 1h
lookback: 1d
---*/
-- A finding is dated at the attachment; the lookback covers the day before it.
WITH made AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id, aws_region AS region, principal,
    response_elements ->> 'volumeId' AS volume,
    request_parameters ->> 'snapshotId' AS snapshot
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name = 'CreateVolume'
    AND error_code IS NULL
    AND error_message IS NULL
    AND request_parameters ->> 'snapshotId' LIKE 'snap-%'
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
    AND NOT coalesce(contains(user_agent, 'ebs.csi.aws.com'), false)
),
attached AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id, aws_region AS region, principal,
    source_ip_address,
    request_parameters ->> 'volumeId' AS volume,
    request_parameters ->> 'instanceId' AS instance
  FROM cloudtrail
  WHERE event_time >= $window_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name = 'AttachVolume'
    AND error_code IS NULL
    AND error_message IS NULL
)
SELECT
  min(a.event_time) AS time,
  max(a.event_time) AS last_time,
  date_bin($window, a.event_time) AS window_start,
  count(DISTINCT m.event_id) + count(DISTINCT a.event_id) AS count,
  array_slice(
    array_distinct(array_cat(
      array_agg(m.event_id ORDER BY m.event_time, m.event_id), array_agg(a.event_id ORDER BY a.event_time, a.event_id)
    )),
    1, 100
  ) AS event_ids,
  min(a.principal) || ' attached ' || a.volume || ', made of ' || min(m.snapshot) || ', to ' || a.instance AS message,
  a.volume,
  a.instance,
  a.account_id,
  a.region,
  min(a.principal) AS principal,
  CASE WHEN min(a.source_ip_address) = max(a.source_ip_address) THEN min(a.source_ip_address) END AS source_ip
FROM attached AS a
JOIN made AS m
  ON m.volume = a.volume AND m.account_id = a.account_id AND m.region = a.region
WHERE m.event_time <= a.event_time
  AND m.event_time >= a.event_time - INTERVAL '1 day'
GROUP BY a.volume, a.instance, a.account_id, a.region, date_bin($window, a.event_time)
