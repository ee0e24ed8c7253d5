/*---
id: ebs_snapshot_shared_publicly
title: Volume snapshot made public
severity: critical
status: stable
attack: [T1537, T1530]
practice: least-privilege
description: >
  Anybody with an AWS account can now make a volume of this snapshot and read the whole disk, with keys,
  databases and deleted files on it. Public snapshots are found by scanners within hours.
false_positives:
  - A vendor that publishes a data set or an appliance on purpose.
respond:
  - >
    Take it back at once, `aws ec2 modify-snapshot-attribute --snapshot-id ID --attribute createVolumePermission
    --operation-type remove --group-names all`.
  - >
    Find SharedSnapshotCopyInitiated and SharedSnapshotVolumeCreated events of this snapshot: what was copied
    stays copied; rotate all secrets on the disk.
  - Look at what else the caller did (hunt principal_timeline), and turn on block public access for snapshots.
references:
  - ModifySnapshotAttribute, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'ModifySnapshotAttribute'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(request_parameters -> 'createVolumePermission' ->> 'add', '"group"\s*:\s*"all"')
