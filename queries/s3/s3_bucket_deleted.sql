/*---
id: s3_bucket_deleted
title: Bucket deleted
severity: low
status: stable
attack: [T1485]
practice: monitoring
description: >
  Only an empty bucket can be deleted, so its objects went before. The name is free for anybody from now on: an
  intruder who takes it gets what is still sent or read there.
false_positives:
  - Infrastructure as code that tears down an environment.
respond:
  - Look for the deletion of its objects before (rule s3_objects_deleted_burst) and by whom.
  - >
    See what still refers to the name: DNS, CloudFront, trails, applications. Create the bucket again to hold
    the name.
references:
  - DeleteBucket, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'DeleteBucket'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
