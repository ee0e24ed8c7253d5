/*---
id: backup_vault_deleted
title: Backup vault deleted
severity: medium
status: stable
attack: [T1490]
practice: monitoring
description: >
  A vault can only be deleted when it is empty, so this is the last step of taking backups away. The steps before it
  matter more.
false_positives:
  - Retiring a vault, and short-lived ones of tests.
respond:
  - Look for deleted recovery points of this vault in the days before.
  - Ask the caller whether it was meant.
  - See whether a backup plan still writes to it, and fails now.
references:
  - DeleteBackupVault, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVault.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'backup.amazonaws.com'
  AND event_name = 'DeleteBackupVault'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
