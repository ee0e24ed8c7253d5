/*---
id: s3_bucket_public_access_block_weakened
title: Block on public access weakened for a bucket
severity: medium
status: stable
attack: [T1562.001, T1530]
practice: least-privilege
description: >
  The bucket may be made public from now on. Intruders do this before they publish a bucket or open it to
  themselves; whether it is public now is up to its policy, its ACL and the account's own block.
false_positives:
  - A bucket that shall serve a public web site.
  - Infrastructure as code that removes the block just before it deletes the bucket.
respond:
  - >
    Turn it on again, `aws s3api put-public-access-block --bucket NAME --public-access-block-configuration
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`.
  - >
    Look for PutBucketPolicy and PutBucketAcl since (rules s3_bucket_policy_public, s3_bucket_acl_public; hunt
    public_policies).
  - Ask the caller; look at what else they did (hunt principal_timeline).
references:
  - Blocking public access, https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name IN ('PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    event_name = 'DeleteBucketPublicAccessBlock'
    -- All four are set at once, and one that is left out is off.
    OR json_contains(request_parameters, 'PublicAccessBlockConfiguration') AND NOT coalesce(
      lower(request_parameters -> 'PublicAccessBlockConfiguration' ->> 'BlockPublicAcls') = 'true'
        AND lower(request_parameters -> 'PublicAccessBlockConfiguration' ->> 'IgnorePublicAcls') = 'true'
        AND lower(request_parameters -> 'PublicAccessBlockConfiguration' ->> 'BlockPublicPolicy') = 'true'
        AND lower(request_parameters -> 'PublicAccessBlockConfiguration' ->> 'RestrictPublicBuckets') = 'true',
      false
    )
  )
