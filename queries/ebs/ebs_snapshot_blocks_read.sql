/*---
id: ebs_snapshot_blocks_read
title: Contents of a snapshot listed block by block
severity: medium
status: stable
attack: [T1530, T1537]
practice: monitoring
description: >
  With the EBS direct APIs a whole disk is downloaded over the internet, without sharing the snapshot and
  without any instance. Listing the blocks is the first step of it. It is seen only where data events of
  snapshots are recorded.
false_positives:
  - Backup products and migration tools that read snapshots directly; suppress their roles.
respond:
  - >
    See who called and from which address (hunts key_activity, address_activity); a backup product has a role of
    its own.
  - If nobody knows of it, deactivate the key or revoke the role's sessions.
  - Take the secrets on the disk as stolen and rotate them.
references:
  - ListSnapshotBlocks, https://docs.aws.amazon.com/ebs/latest/APIReference/API_ListSnapshotBlocks.html
  - ListChangedBlocks, https://docs.aws.amazon.com/ebs/latest/APIReference/API_ListChangedBlocks.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ebs.amazonaws.com'
  AND event_name IN ('ListSnapshotBlocks', 'ListChangedBlocks')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (user_type IS DISTINCT FROM 'AWSService')
