/*---
id: log_bucket_deleted
title: Bucket with a name that speaks of audit logs deleted
severity: medium
status: stable
attack: [T1070, T1485, T1562.008]
practice: monitoring
description: >
  What it held is gone, and what is delivered there is lost. The name alone tells: CloudTrail, audit, SIEM, flow logs,
  evidence. The bucket had to be emptied first.
false_positives:
  - Buckets of a project that is torn down.
respond:
  - Make it again under the same name now, before somebody else does and is sent your logs.
  - >
    What emptied it: DeleteObject calls, a lifecycle rule? Look for copies.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeleteBucket, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
params:
  log_buckets:
    type: text[]
    default: []
    description: buckets that hold logs though their names do not say so
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'DeleteBucket'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    regexp_like(
      coalesce(request_parameters ->> 'bucketName', ''), '(?i)(cloud-?trail|audit|siem|flow-?log|security-?lake|log-?archive|evidence|forensic)'
    )
    OR request_parameters ->> 'bucketName' IN ($log_buckets)
  )
