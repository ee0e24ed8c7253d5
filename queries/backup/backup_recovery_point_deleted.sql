/*---
id: backup_recovery_point_deleted
title: Recovery point deleted or let go by hand
severity: high
status: stable
attack: [T1490, T1485]
practice: monitoring
description: >
  Recovery points expire by their plan; nobody needs to delete them. Who does, takes away the way back before
  deleting or encrypting what they protect. Letting go (disassociate) makes AWS Backup forget a recovery point.
false_positives:
  - Housekeeping of recovery points without an end, and the emptying of a vault that is retired.
respond:
  - Ask the caller at once; see what recovery points of the resource are left (`aws backup
    list-recovery-points-by-resource`).
  - Look for more of these and for other deletions by the same principal (rule data_stores_mass_deleted).
  - Without an explanation rotate the credentials, lock the vault (PutBackupVaultLockConfiguration) and copy what is
    left to another account.
references:
  - DeleteRecoveryPoint, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html
  - DisassociateRecoveryPoint, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DisassociateRecoveryPoint.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'backup.amazonaws.com'
  AND event_name IN ('DeleteRecoveryPoint', 'DisassociateRecoveryPoint', 'DisassociateRecoveryPointFromParent')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Lifecycle rules and service events of AWS Backup itself.
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND lower(coalesce(event_type, '')) <> 'awsserviceevent'
