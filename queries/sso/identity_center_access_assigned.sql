/*---
id: identity_center_access_assigned
title: Access to an account assigned in Identity Center
severity: low
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  A user or group may from now on take a permission set in another account. This is daily work of those who run
  Identity Center, and the one call by which an intruder among them gets into any account.
false_positives:
  - The daily work of administrators and pipelines.
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
  AND (request_parameters ->> 'targetId' IS DISTINCT FROM recipient_account_id)
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
