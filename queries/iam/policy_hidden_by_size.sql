/*---
id: policy_hidden_by_size
title: Policy change too large for CloudTrail to show
severity: high
status: stable
attack: [T1562.008, T1098]
practice: monitoring
description: >
  CloudTrail leaves out parameters of more than 100 KB. IAM takes no policy of that size unless it is mostly white
  space, so somebody padded it to hide what it says.
false_positives:
  - None known.
respond:
  - >
    Read the policy itself: `aws iam get-user-policy`, `get-role-policy`, `get-policy-version`. Whom does the caller
    touch? The call after it may tell.
  - Undo what nobody asked for, and look at who used the rights since.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - Quotas of CloudTrail, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
  - PutRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicy', 'CreatePolicyVersion',
    'UpdateAssumeRolePolicy', 'CreateRole'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND (lower(request_parameters ->> 'omitted') = 'true' OR request_parameters ->> 'reason' LIKE '%too large%')
