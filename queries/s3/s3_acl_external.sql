/*---
id: s3_acl_external
title: ACL of a bucket or object grants access to another canonical user
severity: medium
status: stable
attack: [T1537, T1222]
practice: least-privilege
description: >
  An ACL entry names a user that isn't the owner. It gives another account access without any policy, where few
  look. Log delivery groups don't count.
false_positives:
  - Older deliveries of CloudFront logs and partner uploads grant access to another canonical user.
respond:
  - >
    Compare the grantee's ID with the owner's in request_parameters; `aws s3api list-buckets --query Owner`
    gives your own account's.
  - Take it back, `aws s3api put-bucket-acl --acl private` or `put-object-acl --acl private`.
  - Turn ACLs off for the bucket (object ownership BucketOwnerEnforced), and look at what else the caller did.
references:
  - PutBucketAcl, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html
  - PutObjectAcl, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name IN ('PutBucketAcl', 'PutObjectAcl')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    regexp_like(
      replace(
        request_parameters -> 'AccessControlPolicy' ->> 'AccessControlList',
        coalesce(request_parameters -> 'AccessControlPolicy' -> 'Owner' ->> 'ID', ''), ''
      ),
      '"(ID"\s*:\s*"[^"]|EmailAddress")'
    )
    OR regexp_like(request_parameters, '"x-amz-grant-[a-z-]+"\s*:[^:]*(id|emailAddress)=')
  )
