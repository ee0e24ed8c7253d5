/*---
id: disks_deleted_burst
title: Twenty or more snapshots, volumes or images deleted within an hour
severity: medium
status: stable
attack: [T1485, T1490]
practice: monitoring
description: >
  Deleting disks and their snapshots one after the other is how an account is destroyed or made ready for
  ransom. Deletions by services, such as expiring backups, are left out.
false_positives:
  - Clean-up scripts of your own that run under a role; raise the number or suppress the role.
  - The tearing down of a test environment.
respond:
  - >
    Stop the caller first: deactivate the access key or revoke the role's sessions.
  - See what can be had back, `aws ec2 list-snapshots-in-recycle-bin`, and which backups lie in other accounts.
  - Look at what the caller did before (hunt principal_timeline), above all with backup vaults and RDS snapshots.
references:
  - DeleteSnapshot, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshot.html
  - DeleteVolume, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVolume.html
  - DeregisterImage, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeregisterImage.html
params:
  deletions:
    type: int
    default: 20
    description: how many deletions within an hour
entity: [principal, account_id]
window: 1h
lookback: 1h
---*/
-- One finding a principal and clock hour; counted over the hour before each deletion, so a burst across the full hour is seen.
WITH deleted AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id, aws_region AS region,
    principal, source_ip_address,
    coalesce(request_parameters ->> 'snapshotId', request_parameters ->> 'volumeId', request_parameters ->> 'imageId') AS target
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name IN ('DeleteSnapshot', 'DeleteVolume', 'DeregisterImage')
    AND error_code IS NULL
    AND error_message IS NULL
    -- Backup, Data Lifecycle Manager and CloudFormation clear what they made.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
    AND (user_type IS DISTINCT FROM 'AWSService')
),
counted AS (
  SELECT
    *,
    count(*) OVER (
      PARTITION BY principal, account_id ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS deletions
  FROM deleted
),
-- The details cost most: only near what is a finding. The order is that of the window above: nothing is sorted again.
near AS (
  SELECT
    *,
    max(deletions) OVER (
      PARTITION BY account_id, principal ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND INTERVAL '1 hour' FOLLOWING
    ) AS most
  FROM counted
)
SELECT
  min(event_time) FILTER (WHERE deletions >= $deletions) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(deletions) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' deleted ' || CAST(max(deletions) AS VARCHAR) || ' snapshots, volumes or images within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  min(target) AS first_target
FROM near
WHERE most >= $deletions
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING max(deletions) >= $deletions
