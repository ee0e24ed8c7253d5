/*---
id: lambda_function_created
title: A Lambda function was created
severity: info
status: stable
attack: [T1648]
practice: least-privilege
description: >
  A function is a place to stay and a way to use the rights of a role. A signal beside others; functions that
  CloudFormation makes are left out.
false_positives:
  - Every deployment that does not use CloudFormation.
respond:
  - See role, layers and triggers of the function.
  - Read its code (`aws lambda get-function`).
  - If unknown, set its concurrency to 0, keep the code, and look at what the role did.
references:
  - CreateFunction, https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name = 'CreateFunction20150331'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
