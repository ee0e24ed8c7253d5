/*---
id: lambda_update_permission_granted
title: A function's policy lets somebody change the function
severity: high
status: stable
attack: [T1546, T1098]
practice: least-privilege
description: >
  Invoking is what permissions of functions are for. A permission to update the code or the configuration lets
  its holder run any code with the function's role, without any right in IAM.
false_positives:
  - >
    Hardly any: deployments get their rights from IAM.
respond:
  - Who got it (principal in request_parameters)? Remove it with `aws lambda remove-permission`.
  - Compare the function's code with the source; look for UpdateFunctionCode afterwards.
  - >
    Look into the caller: where from, what else (hunt principal_timeline).
references:
  - AddPermission, https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN ('AddPermission20150331v2', 'AddPermission20150331')
  AND regexp_like(request_parameters ->> 'action', '(?i)^lambda:(\*|update|add|put|delete|create|publish)')
  AND error_code IS NULL
  AND error_message IS NULL
