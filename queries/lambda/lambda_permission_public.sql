/*---
id: lambda_permission_public
title: Everybody may call a Lambda function
severity: high
status: stable
attack: [T1546, T1190]
practice: least-privilege
description: >
  The function's policy now lets every principal of every AWS account call it, without a condition. An intruder
  calls their backdoor this way from an account of their own. Function URLs have a rule of their own.
false_positives:
  - A function meant to be called by customers from their accounts; it should name them or their organization.
respond:
  - >
    Take it back: `aws lambda remove-permission --statement-id …`.
  - Look at what the function does and with which role, and whether its code was changed before.
  - Look for calls from elsewhere (lambda_invoked_from_other_account needs data events).
references:
  - AddPermission, https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN ('AddPermission20150331v2', 'AddPermission20150331')
  AND error_code IS NULL
  AND error_message IS NULL
  AND request_parameters ->> 'principal' = '*'
  AND coalesce(request_parameters ->> 'principalOrgID', '') = ''
  AND coalesce(request_parameters ->> 'sourceArn', '') = ''
  AND coalesce(request_parameters ->> 'sourceAccount', '') = ''
  AND coalesce(request_parameters ->> 'functionUrlAuthType', '') = ''
  AND lower(coalesce(request_parameters ->> 'invokedViaFunctionUrl', 'false')) <> 'true'
