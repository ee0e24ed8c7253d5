/*---
id: lambda_function_deleted
title: A Lambda function was deleted
severity: info
status: stable
attack: [T1485, T1489]
practice: least-privilege
description: >
  A signal beside others: the function is gone with all its versions. Deleting one version, and deletions by
  CloudFormation, are left out.
false_positives:
  - Tidying up and deployments.
respond:
  - Ask the caller.
  - Was it a security function (log forwarding, remediation)?
  - Deploy it again from its source.
references:
  - DeleteFunction, https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name = 'DeleteFunction20150331'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(request_parameters ->> 'qualifier', '') = ''
