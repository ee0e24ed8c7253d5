/*---
id: s3_bucket_policy_changed
title: Bucket policy or ACL changed
severity: info
status: stable
attack: [T1098, T1222]
practice: least-privilege
description: >
  Who may use the bucket was changed. A signal that explains others, not an alert: what opens a bucket to the
  public or to other accounts has rules of its own. Changes that a service makes on somebody's behalf are left
  out.
false_positives:
  - Everyday administration and infrastructure as code.
respond:
  - See the policy in request_parameters, and what it was before (hunt policy_changes).
  - Look at who called, from where, and what else they did (hunt principal_timeline).
references:
  - PutBucketPolicy, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
  - PutBucketAcl, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name IN (
    'PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketAcl', 'PutAccessPointPolicy', 'DeleteAccessPointPolicy'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
