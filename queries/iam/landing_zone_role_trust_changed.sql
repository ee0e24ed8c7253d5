/*---
id: landing_zone_role_trust_changed
title: Trust of an organisation-wide role changed
severity: high
status: stable
attack: [T1098.003, T1199, T1484]
practice: least-privilege
description: >
  Roles of this name are in every account of an organisation and have all rights, so that the management account and
  its tools can look after them. Whoever is added to their trust policy gets those rights.
false_positives:
  - Moving an account to another organisation, or a new bootstrap of the CDK by hand.
respond:
  - >
    Compare the trust policy in request_parameters with that of other accounts: the management or tooling
    account alone should be in it.
  - >
    Put it back: `aws iam update-assume-role-policy`.
  - Look at the role's sessions since then, and in the other accounts.
references:
  - Accessing member accounts, https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateAssumeRolePolicy'
  AND regexp_like(
    request_parameters ->> 'roleName',
    '^(OrganizationAccountAccessRole|AWSControlTowerExecution|AWSCloudFormationStackSet(Execution|Administration)Role|stacksets-exec-.*|cdk-.*-(deploy|cfn-exec)-role-.*)$'
  )
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
