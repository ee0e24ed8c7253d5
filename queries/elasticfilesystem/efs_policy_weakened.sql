/*---
id: efs_policy_weakened
title: EFS file system policy removed, or set without its safety check
severity: medium
status: stable
attack: [T1222, T1562]
practice: policy-conditions
description: >
  The policy of a file system demands encryption in transit, forbids anonymous mounts and says which roles may be
  root. Without one every client in the network may mount it and write.
false_positives:
  - A file system that is protected by its network alone, on purpose.
respond:
  - >
    Put the former policy back: `aws efs put-file-system-policy`.
  - See what can reach the mount targets (security groups).
  - Ask the caller.
references:
  - DeleteFileSystemPolicy, https://docs.aws.amazon.com/efs/latest/ug/API_DeleteFileSystemPolicy.html
  - PutFileSystemPolicy, https://docs.aws.amazon.com/efs/latest/ug/API_PutFileSystemPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'elasticfilesystem.amazonaws.com'
  AND event_name IN ('DeleteFileSystemPolicy', 'PutFileSystemPolicy')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND (
    event_name = 'DeleteFileSystemPolicy'
    OR lower(request_parameters ->> 'bypassPolicyLockoutSafetyCheck') = 'true'
  )
