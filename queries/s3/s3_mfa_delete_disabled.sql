/*---
id: s3_mfa_delete_disabled
title: MFA delete of a bucket turned off
severity: low
status: stable
attack: [T1490, T1485]
practice: mfa
description: >
  With MFA delete old versions can only be removed by root with its second factor. Only root can turn it off, so
  a finding under user_type Root is real; under another one the call mostly says what was so before.
false_positives:
  - Tools that send MfaDelete=Disabled with every change of versioning.
respond:
  - >
    See whether it was on before, `aws s3api get-bucket-versioning --bucket NAME`, and whether the caller was
    root (user_type).
  - If root turned it off, find root's sign-in (hunt root_trail) and ask the keeper of root.
  - Look for deleted object versions since (rule s3_object_versions_deleted_burst).
references:
  - PutBucketVersioning, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'PutBucketVersioning'
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(request_parameters -> 'VersioningConfiguration' ->> 'MfaDelete') = 'disabled'
