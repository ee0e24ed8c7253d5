/*---
id: role_trust_changed
title: Trust policy of a role changed by a caller
severity: low
status: stable
attack: [T1098.003, T1548]
practice: policy-conditions
description: >
  Who can take the role is another question now. Beside a new user or key, or followed by a session of the role, it
  tells how somebody came to its rights. What services such as CloudFormation change is left out.
false_positives:
  - Administrators and Terraform.
respond:
  - Compare the policy in request_parameters with the one before (hunt `policy_changes`).
  - Look for new sessions of the role, event AssumeRole.
  - >
    Unexplained: put the old policy back (`aws iam update-assume-role-policy`) and revoke the role's sessions.
references:
  - UpdateAssumeRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateAssumeRolePolicy'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
