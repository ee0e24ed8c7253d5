/*---
id: s3_bucket_data_rules_changed
title: Lifecycle, replication, encryption or inventory of a bucket changed
severity: info
status: stable
attack: [T1565.001, T1485.001]
practice: monitoring
description: >
  How the bucket keeps, copies, encrypts or lists its objects was changed. A signal that explains others, not an
  alert: what deletes soon, copies to other accounts or uses foreign keys has rules of its own. Changes that a
  service makes on somebody's behalf are left out.
false_positives:
  - Everyday administration and infrastructure as code.
respond:
  - See the setting in request_parameters; earlier events of the bucket show what it was before.
  - Look at who called, from where, and what else they did (hunt principal_timeline).
references:
  - PutBucketLifecycleConfiguration, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
  - PutBucketReplication, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name IN (
    'PutBucketLifecycle', 'PutBucketReplication', 'PutBucketEncryption', 'PutBucketInventoryConfiguration',
    'PutBucketVersioning', 'PutBucketLogging', 'PutBucketNotification', 'PutBucketCors'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
