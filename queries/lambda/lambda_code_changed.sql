/*---
id: lambda_code_changed
title: The code of a Lambda function was changed
severity: low
status: stable
attack: [T1648, T1525]
practice: least-privilege
description: >
  New code in an old function runs with the role and the triggers that are already there, and nobody sees a new
  resource. Changes by CloudFormation are left out.
false_positives:
  - Deployment by the CLI, SAM, Terraform or the console.
respond:
  - Ask the caller or find the deployment; compare codeSha256 in response_elements with the build.
  - Read the code (`aws lambda get-function`) and go back to the former version.
  - If unknown, look at what the role of the function did since.
references:
  - UpdateFunctionCode, https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN ('UpdateFunctionCode20150331v2', 'UpdateFunctionCode20150331')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND lower(coalesce(request_parameters ->> 'dryRun', 'false')) <> 'true'
