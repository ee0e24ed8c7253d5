/*---
id: backup_vault_unlocked
title: Lock, approval team or legal hold of a backup vault removed
severity: high
status: stable
attack: [T1490, T1562.001]
practice: monitoring
description: >
  A vault lock keeps recovery points from being deleted early, even by administrators; so does a legal hold. While the
  lock is still in governance mode it can be removed, and an attacker with administrator rights removes it first.
false_positives:
  - A test of the lock during its cooling-off time, by the backup team.
respond:
  - >
    Lock the vault again: `aws backup put-backup-vault-lock-configuration`.
  - Look for DeleteRecoveryPoint and UpdateRecoveryPointLifecycle by the same principal.
  - Ask the caller; without an explanation rotate the credentials.
references:
  - DeleteBackupVaultLockConfiguration, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVaultLockConfiguration.html
  - DisassociateBackupVaultMpaApprovalTeam, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DisassociateBackupVaultMpaApprovalTeam.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'backup.amazonaws.com'
  AND event_name IN ('DeleteBackupVaultLockConfiguration', 'DisassociateBackupVaultMpaApprovalTeam', 'CancelLegalHold')
  AND error_code IS NULL
  AND error_message IS NULL
