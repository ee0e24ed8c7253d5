/*---
id: ebs_root_volume_moved
title: Root disk of an instance attached to another instance
severity: medium
status: stable
attack: [T1006, T1003.003, T1078]
practice: monitoring
description: >
  A root disk was taken off its instance and attached to another within a day. There it can be read and changed
  without any password: keys and password databases are copied, or a back door is put in before the disk goes
  back.
false_positives:
  - Rescue of an instance that doesn't boot or whose key is lost (EC2Rescue).
respond:
  - Ask the caller what was repaired; a rescue has a ticket.
  - See who has the second instance and what runs on it; keep both for evidence (snapshots).
  - >
    Without an explanation: isolate the second instance, and take the secrets of the first one as stolen.
references:
  - DetachVolume, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachVolume.html
  - AttachVolume, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html
entity: [volume, instance, account_id, region]
window: 1h
lookback: 1d
---*/
-- A finding is dated at the attachment; the lookback covers the day before it.
WITH detached AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id, aws_region AS region, principal,
    request_parameters ->> 'volumeId' AS volume,
    coalesce(request_parameters ->> 'instanceId', response_elements ->> 'instanceId') AS instance
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name = 'DetachVolume'
    AND error_code IS NULL
    AND error_message IS NULL
    -- Root devices only: data disks of clusters go from node to node all day.
    AND coalesce(request_parameters ->> 'device', response_elements ->> 'device') IN ('/dev/xvda', '/dev/sda1')
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
  count(DISTINCT d.event_id) + count(DISTINCT a.event_id) AS count,
  array_slice(
    array_distinct(array_cat(
      array_agg(d.event_id ORDER BY d.event_time, d.event_id), array_agg(a.event_id ORDER BY a.event_time, a.event_id)
    )),
    1, 100
  ) AS event_ids,
  min(a.principal) || ' attached ' || a.volume || ', the root disk of ' || min(d.instance) || ', to ' || a.instance AS message,
  a.volume,
  a.instance,
  a.account_id,
  a.region,
  min(a.principal) AS principal,
  CASE WHEN min(a.source_ip_address) = max(a.source_ip_address) THEN min(a.source_ip_address) END AS source_ip
FROM attached AS a
JOIN detached AS d
  ON d.volume = a.volume AND d.account_id = a.account_id AND d.region = a.region
WHERE d.event_time <= a.event_time
  AND d.event_time >= a.event_time - INTERVAL '1 day'
  AND (d.instance IS DISTINCT FROM a.instance)
GROUP BY a.volume, a.instance, a.account_id, a.region, date_bin($window, a.event_time)
