/*---
id: log_bucket_lifecycle_short
title: Bucket of audit logs told to delete them after a few days
severity: high
status: stable
attack: [T1562.008, T1070, T1485]
practice: monitoring
description: >
  S3 itself deletes the logs, and no deletion is recorded. One such rule wipes years of evidence in a day, while the
  trail looks healthy. Buckets are meant whose name speaks of CloudTrail, audit, SIEM, log archive and the like, or
  that are in log_buckets.
false_positives:
  - A staging bucket for logs that are copied elsewhere at once.
respond:
  - >
    Take the rule away now, it runs once a day: `aws s3api delete-bucket-lifecycle`, or put the old one back.
  - See whether objects are gone; with versioning they can be had back (`aws s3api list-object-versions`).
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - PutBucketLifecycleConfiguration, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
params:
  log_buckets:
    type: text[]
    default: []
    description: buckets that hold logs though their names do not say so
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'PutBucketLifecycle'
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    regexp_like(
      coalesce(request_parameters ->> 'bucketName', ''),
      '(?i)(cloud-?trail|audit|siem|flow-?log|security-?lake|log-?archive|central-?log|evidence|forensic)'
    )
    OR request_parameters ->> 'bucketName' IN ($log_buckets)
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
