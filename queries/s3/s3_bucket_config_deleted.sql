/*---
id: s3_bucket_config_deleted
title: Setting of a bucket deleted
severity: low
status: stable
attack: [T1070, T1490]
practice: monitoring
description: >
  Lifecycle, replication, CORS, website or inventory settings of a bucket were removed. Deleted replication is a
  backup that stops; the others are mostly tidying up, and matter beside other changes.
false_positives:
  - Infrastructure as code that replaces settings or tears an environment down.
respond:
  - See the bucket in request_parameters and whether it holds data that matters.
  - If replication was deleted, set it up again and look for deletions since (rule s3_objects_deleted_burst).
  - Look at what else the caller did (hunt principal_timeline).
references:
  - DeleteBucketReplication, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketReplication.html
  - DeleteBucketLifecycle, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name IN (
    'DeleteBucketReplication', 'DeleteBucketLifecycle', 'DeleteBucketCors', 'DeleteBucketWebsite'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
