/*---
id: rds_snapshot_shared
title: Database snapshot shared with another account
severity: medium
status: stable
attack: [T1537]
practice: policy-conditions
description: >
  The other account can copy the snapshot and keep it, whatever you do afterwards. It is the quietest way to carry a
  whole database out: no data passes your network.
false_positives:
  - Backup accounts and copies for other teams of the same organization. Name those accounts in trusted_accounts.
respond:
  - Find the account in request_parameters.valuesToAdd and whose it is.
  - Take it back with `--values-to-remove ACCOUNT` if it is unknown; assume the data was copied.
  - Find out who called and what that principal did before; rotate its credentials.
references:
  - ModifyDBSnapshotAttribute, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSnapshotAttribute.html
  - Sharing a DB snapshot, https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute')
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(request_parameters ->> 'valuesToAdd', array_to_string($trusted_accounts, '|'), '', 'g'),
    '[0-9]{12}'
  )
