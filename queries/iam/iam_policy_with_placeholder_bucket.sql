/*---
id: iam_policy_with_placeholder_bucket
title: IAM policy still holds the placeholder of a template
severity: medium
status: stable
attack: [T1098, T1059.009]
practice: least-privilege
description: >
  The policy names a bucket such as <YOUR-BUCKET-NAME>: somebody clicked through a template, S3 Browser's for
  instance, without reading it. Intruders in a hurry do; the other statements of the template take effect all the
  same.
false_positives:
  - A learner who copied an example.
respond:
  - Look at user_agent; S3 Browser in it makes this much worse.
  - See what else the caller did within the hour, hunt principal_timeline.
  - Remove the policy; ask the caller for what it was.
references:
  - PutUserPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'PutUserPolicy', 'PutGroupPolicy', 'PutRolePolicy', 'CreatePolicy', 'CreatePolicyVersion'
  )
  -- with and without URL encoding
  AND regexp_like(request_parameters ->> 'policyDocument', '(?i)arn:aws[a-z-]*:s3:::(<|%3c)your[-_ ]?bucket')
  AND error_code IS NULL
  AND error_message IS NULL
