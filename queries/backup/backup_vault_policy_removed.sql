/*---
id: backup_vault_policy_removed
title: Access policy of a backup vault removed
severity: medium
status: stable
attack: [T1562.001, T1490]
practice: policy-conditions
description: >
  A vault's access policy mostly holds denials: who may not delete recovery points. Without it every backup
  administrator may.
false_positives:
  - A policy that is replaced by a vault lock.
respond:
  - >
    Put the former policy back: `aws backup put-backup-vault-access-policy`.
  - Look for deleted recovery points of this vault.
  - Ask the caller.
references:
  - DeleteBackupVaultAccessPolicy, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVaultAccessPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'backup.amazonaws.com'
  AND event_name = 'DeleteBackupVaultAccessPolicy'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
