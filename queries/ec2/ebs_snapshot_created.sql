/*---
id: ebs_snapshot_created
title: Snapshot of a volume or instance created by hand
severity: info
status: stable
attack: [T1578.001, T1537]
practice: monitoring
description: >
  A snapshot is the first step of carrying a disk out, and of every backup. On its own it says little; it
  explains a later sharing or copy. Snapshots that a service takes (Backup, Data Lifecycle Manager) are left
  out.
false_positives:
  - People and pipelines that take a snapshot before a change.
respond:
  - See whether the snapshot was shared, copied or made into a volume (hunt shared_images).
  - Look at who called, and whether they take snapshots usually (hunt principal_timeline).
references:
  - CreateSnapshot, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshot.html
  - CreateSnapshots, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('CreateSnapshot', 'CreateSnapshots')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (user_type IS DISTINCT FROM 'AWSService')
