/*---
id: efs_protection_off
title: Backup or overwrite protection of an EFS file system turned off
severity: medium
status: stable
attack: [T1490]
practice: monitoring
description: >
  Automatic backups are what brings files back after they were deleted or encrypted. Turning them off costs nothing
  today and everything later.
false_positives:
  - A file system that another backup plan covers, or one that is retired.
respond:
  - >
    Turn it on again: `aws efs put-backup-policy --file-system-id ID --backup-policy Status=ENABLED`.
  - Look for deleted recovery points by the same principal.
  - Ask the caller.
references:
  - PutBackupPolicy, https://docs.aws.amazon.com/efs/latest/ug/API_PutBackupPolicy.html
  - UpdateFileSystemProtection, https://docs.aws.amazon.com/efs/latest/ug/API_UpdateFileSystemProtection.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'elasticfilesystem.amazonaws.com'
  AND event_name IN ('PutBackupPolicy', 'UpdateFileSystemProtection')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    upper(request_parameters -> 'backupPolicy' ->> 'status') IN ('DISABLED', 'DISABLING')
    OR upper(request_parameters ->> 'replicationOverwriteProtection') = 'DISABLED'
  )
