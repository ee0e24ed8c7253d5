/*---
id: s3_lifecycle_expires_soon
title: Bucket told to delete its objects within a week
severity: medium
status: stable
attack: [T1485.001, T1490]
practice: monitoring
description: >
  A lifecycle rule deletes without a single delete call in the logs. Intruders use it to wipe a bucket, and as
  the clock of a ransom demand. Rules for a prefix, such as tmp/, are left out when all of the configuration's
  rules have one, and so are buckets whose name speaks of audit logs (rule log_bucket_lifecycle_short).
false_positives:
  - Buckets that hold nothing but temporary data.
respond:
  - >
    Take the rule away before midnight UTC, when it runs: `aws s3api delete-bucket-lifecycle --bucket NAME`,
    then set the former one.
  - Turn versioning on, so that what expires stays as an older version.
  - Ask the caller; look for other changes of this bucket (rule s3_bucket_protections_removed).
references:
  - PutBucketLifecycleConfiguration, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  -- PutBucketLifecycleConfiguration is recorded under its old name.
  AND event_name = 'PutBucketLifecycle'
  AND error_code IS NULL
  AND error_message IS NULL
  AND NOT coalesce(
    regexp_like(
      request_parameters ->> 'bucketName',
      '(?i)(cloud-?trail|audit|siem|flow-?log|security-?lake|log-?archive|central-?log|evidence|forensic)'
    ),
    false
  )
  -- One rule is an object, several are a list. Of one that is on: it expires within a week, or at a date. Status may
  -- stand before or behind; between them are whole members, as deep as a filter goes.
  AND (
    regexp_like(
      coalesce(request_parameters -> 'LifecycleConfiguration' ->> 'Rule', ''),
      '"Expiration"\s*:\s*\{[^{}]*"(Days"\s*:\s*"?[1-7]\b|Date")[^{}]*\}([^{}]|\{([^{}]|\{([^{}]|\{[^{}]*\})*\})*\})*"Status"\s*:\s*"Enabled"'
    )
    OR regexp_like(
      coalesce(request_parameters -> 'LifecycleConfiguration' ->> 'Rule', ''),
      '"Status"\s*:\s*"Enabled"([^{}]|\{([^{}]|\{([^{}]|\{[^{}]*\})*\})*\})*"Expiration"\s*:\s*\{[^{}]*"(Days"\s*:\s*"?[1-7]\b|Date")'
    )
  )
  -- A rule for the whole bucket: without a prefix, or with an empty one.
  AND (
    regexp_like(request_parameters ->> 'LifecycleConfiguration', '"Prefix"\s*:\s*"[*]?"')
    OR NOT coalesce(regexp_like(request_parameters ->> 'LifecycleConfiguration', '"Prefix"'), false)
  )
