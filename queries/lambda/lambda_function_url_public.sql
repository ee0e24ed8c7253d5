/*---
id: lambda_function_url_public
title: A Lambda function was put on the internet without a login
severity: medium
status: stable
attack: [T1133, T1546]
practice: least-privilege
description: >
  The function has a web address that anybody can call. Intruders use it to run their code with the function's
  role whenever they like, without any credentials.
false_positives:
  - Webhooks and small public services that check their callers themselves.
respond:
  - Ask the owner whether the function is meant to be public.
  - Look at its code and role; if unknown, `aws lambda delete-function-url-config`.
  - Deny lambda:FunctionUrlAuthType = NONE by an organization policy where it is not needed.
references:
  - CreateFunctionUrlConfig, https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html
  - Function URLs, https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN (
    'CreateFunctionUrlConfig', 'UpdateFunctionUrlConfig', 'AddPermission20150331v2', 'AddPermission20150331'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    event_name IN ('CreateFunctionUrlConfig', 'UpdateFunctionUrlConfig') AND upper(request_parameters ->> 'authType') = 'NONE'
    OR request_parameters ->> 'principal' = '*' AND upper(request_parameters ->> 'functionUrlAuthType') = 'NONE'
  )
