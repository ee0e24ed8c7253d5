/*---
id: lambda_permission_cross_account
title: Another account may call a Lambda function
severity: medium
status: stable
attack: [T1546, T1098]
practice: least-privilege
description: >
  The function's policy now lets a principal of another account call it. It is how functions are shared, and how
  an intruder keeps a door open from an account of their own.
false_positives:
  - Functions shared with other accounts of yours or with a partner that are not in trusted_accounts.
respond:
  - Check whose account it is (principal in request_parameters).
  - >
    If unknown, take it back: `aws lambda remove-permission --statement-id …`.
  - Look at the code and role of the function, and at what the caller did else.
references:
  - AddPermission, https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN ('AddPermission20150331v2', 'AddPermission20150331')
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(request_parameters ->> 'principal', coalesce(recipient_account_id, user_account_id, ''), ''),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '^([0-9]{12}$|arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:)'
  )
