/*---
id: rds_snapshot_made_public
title: Database snapshot made public
severity: critical
status: stable
attack: [T1537]
practice: policy-conditions
description: >
  Anybody with an AWS account can now restore this database and read it. Public snapshots are watched and copied
  within minutes.
false_positives:
  - A data set that is published on purpose.
respond:
  - >
    Take it back: `aws rds modify-db-snapshot-attribute --db-snapshot-identifier ID --attribute-name restore
    --values-to-remove all` (modify-db-cluster-snapshot-attribute for a cluster).
  - Treat the data as copied; find out what it holds and who must be told.
  - Find out who called and what that principal did before; rotate its credentials.
references:
  - ModifyDBSnapshotAttribute, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSnapshotAttribute.html
  - ModifyDBClusterSnapshotAttribute, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBClusterSnapshotAttribute.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute')
  AND error_code IS NULL
  AND error_message IS NULL
  -- A list, or the word alone.
  AND regexp_like(request_parameters ->> 'valuesToAdd', '(?i)(^|")all("|$)')
