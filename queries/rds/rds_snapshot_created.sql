/*---
id: rds_snapshot_created
title: Database snapshot created by hand
severity: info
status: stable
attack: [T1578.001, T1537]
practice: monitoring
description: >
  A snapshot is a whole copy of the database that can be shared, copied and exported. Alone it means nothing; before
  one of those it is the first step.
false_positives:
  - Snapshots before an upgrade, and backup scripts of one's own.
respond:
  - >
    See what became of the snapshot: shared, copied, exported or restored (hunt shared_images).
  - Ask the caller when it is none of the people who look after the database.
  - Delete a snapshot nobody needs.
references:
  - CreateDBSnapshot, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
  - CreateDBClusterSnapshot, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBClusterSnapshot.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('CreateDBSnapshot', 'CreateDBClusterSnapshot')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  -- AWS Backup and its service role, by the names they give.
  AND coalesce(lower(coalesce(request_parameters ->> 'dBSnapshotIdentifier', request_parameters ->> 'dBClusterSnapshotIdentifier')), '')
    NOT LIKE 'awsbackup%'
  AND lower(coalesce(response_elements ->> 'snapshotType', '')) NOT IN ('automated', 'awsbackup')
