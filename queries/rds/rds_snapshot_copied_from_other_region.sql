/*---
id: rds_snapshot_copied_from_other_region
title: Database snapshot or backups copied from another region
severity: low
status: stable
attack: [T1537]
practice: monitoring
description: >
  A copy in a region where nobody looks can be restored or shared unnoticed. Copies for disaster recovery look the
  same, but come on a schedule from the same role.
false_positives:
  - Disaster recovery by scripts. What AWS Backup copies is left out.
respond:
  - Compare the source in the request (ARN or sourceRegion) with awsRegion, and ask the caller.
  - >
    See what became of the copy: shared, exported or restored in that region.
  - Delete a copy nobody needs.
references:
  - CopyDBSnapshot, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CopyDBSnapshot.html
  - CopyDBClusterSnapshot, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CopyDBClusterSnapshot.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('CopyDBSnapshot', 'CopyDBClusterSnapshot', 'StartDBInstanceAutomatedBackupsReplication')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND (
    event_name = 'StartDBInstanceAutomatedBackupsReplication'
    OR coalesce(request_parameters ->> 'sourceRegion', '') NOT IN ('', aws_region)
    -- The source is a name, or an ARN with the region as its fourth part.
    OR split_part(
      coalesce(
        request_parameters ->> 'sourceDBSnapshotIdentifier', request_parameters ->> 'sourceDBClusterSnapshotIdentifier', ''
      ), ':', 4
    ) NOT IN ('', aws_region)
  )
