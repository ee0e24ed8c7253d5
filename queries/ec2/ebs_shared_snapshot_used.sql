/*---
id: ebs_shared_snapshot_used
title: Another account copied a shared snapshot or made a volume of it
severity: low
status: stable
attack: [T1537]
practice: monitoring
description: >
  AWS tells the owner when another account uses a snapshot that was shared with it. From then on the data is in
  that account and can't be called back. The event doesn't name the account.
false_positives:
  - >
    Accounts of the organization that start instances from shared images: each start makes such an event.
respond:
  - >
    Take the snapshot id from service_event_details, and find with whom it is shared, `aws ec2
    describe-snapshot-attribute --snapshot-id ID --attribute createVolumePermission`.
  - Look for the ModifySnapshotAttribute or ModifyImageAttribute that shared it, and its caller.
  - If the account isn't yours, take the disk's contents as stolen.
references:
  - Share an Amazon EBS snapshot, https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('SharedSnapshotCopyInitiated', 'SharedSnapshotVolumeCreated')
