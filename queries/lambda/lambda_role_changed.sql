/*---
id: lambda_role_changed
title: A Lambda function was given another role
severity: low
status: stable
attack: [T1098.003, T1648]
practice: least-privilege
description: >
  Who controls a function and may pass roles can reach for a stronger one this way. The console and some tools
  send the role with each change, so look whether it is another. Changes by CloudFormation are left out.
false_positives:
  - A deployment that sends all settings.
respond:
  - Compare role in request_parameters with the one before (hunt principal_timeline).
  - See what the new role may do, and what it did since.
  - If unknown, set the former role and look at the caller.
references:
  - UpdateFunctionConfiguration, https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN ('UpdateFunctionConfiguration20150331v2', 'UpdateFunctionConfiguration20150331')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(request_parameters ->> 'role', '') <> ''
