/*---
id: s3_object_acl_public
title: ACL of an object lets everybody in
severity: medium
status: stable
attack: [T1530, T1222]
practice: least-privilege
description: >
  Somebody opened a single object to all users or to all AWS accounts, which is the same. It makes no noise in
  the bucket's settings and still hands the file to whoever has its address. Uploads with a public ACL are left
  out, since web sites make them by the thousand.
false_positives:
  - Publishing a file on purpose on an old public site.
respond:
  - Take it back, `aws s3api put-object-acl --bucket NAME --key KEY --acl private`.
  - List reads of the object by ANONYMOUS_PRINCIPAL since (hunt data_reads_by_bucket).
  - Turn ACLs off for the bucket (object ownership BucketOwnerEnforced), and look at what else the caller did.
references:
  - PutObjectAcl, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'PutObjectAcl'
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    regexp_like(request_parameters ->> 'x-amz-acl', '(public-read|authenticated-read)')
    OR regexp_like(request_parameters, 'acs.amazonaws.com/groups/global/(AllUsers|AuthenticatedUsers)')
  )
