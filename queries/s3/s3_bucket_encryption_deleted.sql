/*---
id: s3_bucket_encryption_deleted
title: Encryption setting of a bucket deleted
severity: low
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  New objects fall back to S3's own keys: whoever may read the bucket no longer needs access to a KMS key as
  well, and reading leaves no trace in the key's events.
false_positives:
  - Infrastructure as code that replaces the setting, or deletes the bucket.
respond:
  - Set it again, `aws s3api put-bucket-encryption --bucket NAME`.
  - Look at other settings of the bucket that the caller changed (rule s3_bucket_protections_removed).
  - Ask the caller.
references:
  - DeleteBucketEncryption, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'DeleteBucketEncryption'
  AND error_code IS NULL
  AND error_message IS NULL
