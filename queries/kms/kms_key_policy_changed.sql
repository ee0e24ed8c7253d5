/*---
id: kms_key_policy_changed
title: KMS key policy changed
severity: low
status: stable
attack: [T1098, T1222]
practice: policy-conditions
description: >
  The key policy decides over everything the key protects, above all IAM policies. Changes are rare and belong to a
  known deployment.
false_positives:
  - Deployments. What CloudFormation and other services do is left out.
respond:
  - Compare the policy with the one before (the previous PutKeyPolicy of the key, or AWS Config).
  - Ask the caller.
  - >
    Put the former policy back if nobody knows about it: `aws kms put-key-policy`.
references:
  - PutKeyPolicy, https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'kms.amazonaws.com'
  AND event_name = 'PutKeyPolicy'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
