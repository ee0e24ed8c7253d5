/*---
id: efs_unmounted
title: EFS mount target deleted
severity: low
status: stable
attack: [T1485, T1489]
practice: monitoring
description: >
  Without its mount target nothing in that subnet can reach the file system. All of them must go before a file
  system can be deleted.
false_positives:
  - Changes of the network, and file systems that are retired.
respond:
  - Ask the caller whether it was planned.
  - Look for DeleteFileSystem of the same file system.
  - >
    Create the mount target again: `aws efs create-mount-target`.
references:
  - DeleteMountTarget, https://docs.aws.amazon.com/efs/latest/ug/API_DeleteMountTarget.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'elasticfilesystem.amazonaws.com'
  AND event_name = 'DeleteMountTarget'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
