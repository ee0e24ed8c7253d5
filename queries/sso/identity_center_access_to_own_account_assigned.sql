/*---
id: identity_center_access_to_own_account_assigned
title: Access assigned to the account that runs Identity Center
severity: medium
status: stable
attack: [T1098.003, T1548.005]
practice: least-privilege
description: >
  Somebody got access to the account that holds Identity Center itself, mostly the management account of the
  organization. Whoever is administrator there rules all accounts, and no organization policy holds them back.
false_positives:
  - A new administrator of the organization, by a planned change.
  - Daily work, where Identity Center is run from a delegated account.
respond:
  - >
    Find user or group, permission set and account by the ids in request_parameters, `aws sso-admin
    describe-permission-set`.
  - Ask the caller for the request behind it.
  - >
    Unexplained: `aws sso-admin delete-account-assignment`, and end the sessions of those who got it.
references:
  - CreateAccountAssignment, https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateAccountAssignment.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sso.amazonaws.com'
  AND event_name = 'CreateAccountAssignment'
  AND request_parameters ->> 'targetId' = recipient_account_id
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
