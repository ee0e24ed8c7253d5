/*---
id: s3_bucket_acl_public
title: Bucket ACL lets everybody in
severity: high
status: stable
attack: [T1530, T1222]
practice: least-privilege
description: >
  The ACL grants something to all users or to all AWS accounts, which is the same. READ lists the bucket, WRITE
  lets anybody fill or overwrite it, READ_ACP and WRITE_ACP show and change who may do so.
false_positives:
  - An old public web site; new ones need no ACL.
  - The account's or bucket's block on public access may ignore the ACL.
respond:
  - >
    Take it back, `aws s3api put-bucket-acl --bucket NAME --acl private`, and turn ACLs off (object ownership
    BucketOwnerEnforced).
  - Set the block, `aws s3api put-public-access-block`.
  - >
    With data events: list calls by ANONYMOUS_PRINCIPAL and unknown accounts since (hunt data_reads_by_bucket).
    Look at what else the caller did.
references:
  - PutBucketAcl, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name IN ('PutBucketAcl', 'CreateBucket')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    regexp_like(request_parameters ->> 'x-amz-acl', '(public-read|authenticated-read)')
    OR regexp_like(request_parameters, 'acs.amazonaws.com/groups/global/(AllUsers|AuthenticatedUsers)')
  )
