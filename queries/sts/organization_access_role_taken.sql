/*---
id: organization_access_role_taken
title: Administrator role of a member account taken from the management account
severity: low
status: stable
attack: [T1078.004, T1199]
practice: least-privilege
description: >
  OrganizationAccountAccessRole and AWSControlTowerExecution have all rights in a member account. People should have
  roles of their own there; these are for setting up and for emergencies.
false_positives:
  - Account factories and administrators of small organisations.
respond:
  - Ask the caller for the reason.
  - Follow the session by response_elements (credentials.accessKeyId) into the member account.
  - >
    Look for the same caller in other accounts: one after the other is somebody spreading (hunt
    `cross_account_roles`).
references:
  - Accessing member accounts, https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRole'
  AND regexp_like(request_parameters ->> 'roleArn', ':role/(OrganizationAccountAccessRole|AWSControlTowerExecution)$')
  AND (user_type IS DISTINCT FROM 'AWSService')
  AND user_invoked_by IS NULL
  AND error_code IS NULL
  AND error_message IS NULL
