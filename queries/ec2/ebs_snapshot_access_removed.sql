/*---
id: ebs_snapshot_access_removed
title: Sharing of a volume snapshot taken back
severity: low
status: stable
attack: [T1490, T1531]
practice: monitoring
description: >
  Another account may no longer use the snapshot. Mostly that is tidying up; it also cuts off a backup or
  recovery account before the originals are deleted.
false_positives:
  - Ending a sharing on purpose; copying pipelines that share, copy and take back.
respond:
  - >
    See the account in request_parameters (createVolumePermission.remove): is it your backup or recovery
    account?
  - >
    If so, look for DeleteSnapshot and DeleteVolume by the same principal (rule disks_deleted_burst), and share
    it again.
references:
  - ModifySnapshotAttribute, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html
  - ResetSnapshotAttribute, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResetSnapshotAttribute.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('ModifySnapshotAttribute', 'ResetSnapshotAttribute')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    event_name = 'ResetSnapshotAttribute'
    -- Taking back what was public is right.
    OR regexp_like(request_parameters -> 'createVolumePermission' ->> 'remove', '[0-9]{12}')
  )
