/*---
id: s3_acls_enabled
title: ACLs turned on for a bucket
severity: low
status: stable
attack: [T1222]
practice: policy-conditions
description: >
  Buckets come with ACLs turned off; then only policies decide. With ACLs on, single objects can be opened to
  others, or belong to whoever uploads them.
false_positives:
  - Log delivery that still needs ACLs, such as older CloudFront logs.
respond:
  - Ask who needs it; set `aws s3api put-bucket-ownership-controls` with BucketOwnerEnforced again.
  - >
    Look for PutBucketAcl and PutObjectAcl since (rules s3_bucket_acl_public, s3_object_acl_public,
    s3_acl_external).
references:
  - PutBucketOwnershipControls, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name IN ('PutBucketOwnershipControls', 'DeleteBucketOwnershipControls')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    event_name = 'DeleteBucketOwnershipControls'
    OR regexp_like(request_parameters ->> 'OwnershipControls', '"(ObjectWriter|BucketOwnerPreferred)"')
  )
