/*---
id: s3_versioning_suspended
title: Versioning of a bucket suspended
severity: medium
status: stable
attack: [T1490, T1485]
practice: monitoring
description: >
  From now on an overwritten or deleted object is gone. Intruders suspend versioning before they delete or
  encrypt what is in a bucket.
false_positives:
  - Saving storage on a bucket of temporary data.
respond:
  - Turn it on again, `aws s3api put-bucket-versioning --bucket NAME --versioning-configuration Status=Enabled`.
  - >
    Look for DeleteObject, DeleteObjects and lifecycle changes on this bucket (rules s3_objects_deleted_burst,
    s3_lifecycle_expires_soon).
  - Ask the caller; look at what else they did (hunt principal_timeline).
references:
  - PutBucketVersioning, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'PutBucketVersioning'
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(request_parameters -> 'VersioningConfiguration' ->> 'Status') IN ('suspended', 'disabled')
