/*---
id: s3_account_public_access_block_weakened
title: Block on public buckets weakened for the whole account
severity: high
status: stable
attack: [T1562.001, T1530]
practice: least-privilege
description: >
  This setting keeps every bucket of the account private whatever its own policy says. Without it one wrong
  policy or ACL makes data public, and ones that were there before take effect at once.
false_positives:
  - Moving the block from the account to single buckets, because one bucket shall serve a public site.
respond:
  - >
    Turn it on again, `aws s3control put-public-access-block --account-id ID --public-access-block-configuration
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
  AND event_name IN ('PutAccountPublicAccessBlock', 'DeleteAccountPublicAccessBlock')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    event_name = 'DeleteAccountPublicAccessBlock'
    -- All four are set at once, and one that is left out is off.
    OR json_contains(request_parameters, 'PublicAccessBlockConfiguration') AND NOT coalesce(
      lower(request_parameters -> 'PublicAccessBlockConfiguration' ->> 'BlockPublicAcls') = 'true'
        AND lower(request_parameters -> 'PublicAccessBlockConfiguration' ->> 'IgnorePublicAcls') = 'true'
        AND lower(request_parameters -> 'PublicAccessBlockConfiguration' ->> 'BlockPublicPolicy') = 'true'
        AND lower(request_parameters -> 'PublicAccessBlockConfiguration' ->> 'RestrictPublicBuckets') = 'true',
      false
    )
  )
