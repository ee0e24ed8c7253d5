/*---
id: lambda_invoked_from_other_account
title: A Lambda function was called by another account
severity: info
status: stable
attack: [T1648, T1546]
practice: least-privilege
description: >
  A principal of another account called this function. Where no function is shared, somebody uses a door that was
  opened by a change of the function's policy. Needs data events of Lambda.
false_positives:
  - Functions shared with other accounts; suppress those accounts.
respond:
  - See the account of the caller (userIdentity) and the function.
  - Look for AddPermission on this function (lambda_permission_cross_account).
  - If unknown, remove the permission, and look at what the role of the function did.
references:
  - Invoke, https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
  - AddPermission, https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name = 'Invoke'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_account_id, recipient_account_id, '') <> coalesce(recipient_account_id, user_account_id, '')
