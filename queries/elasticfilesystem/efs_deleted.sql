/*---
id: efs_deleted
title: EFS file system deleted
severity: medium
status: stable
attack: [T1485]
practice: monitoring
description: >
  A deleted file system is gone at once; there is no recycle bin. Only backups bring its files back.
false_positives:
  - File systems that are retired, and short-lived ones of tests.
respond:
  - Ask the caller at once.
  - Look for a recovery point in AWS Backup and restore it if need be.
  - Look for other deletions by the same principal (rule data_stores_mass_deleted).
references:
  - DeleteFileSystem, https://docs.aws.amazon.com/efs/latest/ug/API_DeleteFileSystem.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'elasticfilesystem.amazonaws.com'
  AND event_name = 'DeleteFileSystem'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
