/*---
id: policy_default_version_set
title: Another version of a policy put in force
severity: medium
status: stable
attack: [T1098.003, T1548]
practice: least-privilege
description: >
  Each managed policy keeps up to five versions. An old one that allowed more can be put back in force without
  writing a line, which goes unnoticed where only new policies are looked at.
false_positives:
  - A change that is rolled back.
respond:
  - >
    Compare the versions: `aws iam get-policy-version --policy-arn ARN --version-id ID`. Does the new default
    allow more?
  - >
    See who has the policy (`aws iam list-entities-for-policy`): is the caller among them?
  - Put the right version back and delete those that nobody needs.
references:
  - SetDefaultPolicyVersion, https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'SetDefaultPolicyVersion'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
