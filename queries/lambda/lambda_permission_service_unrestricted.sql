/*---
id: lambda_permission_service_unrestricted
title: A service may call a Lambda function for anybody
severity: low
status: stable
attack: [T1546, T1648]
practice: policy-conditions
description: >
  The permission names a service but no source. The service acts for every account: somebody else's bucket, topic
  or API can now trigger the function.
false_positives:
  - Old templates that leave the source out.
respond:
  - Give the permission again with source-arn and source-account.
  - >
    Remove the wide one: `aws lambda remove-permission --statement-id …`.
  - Look at invocations in the time between.
references:
  - AddPermission, https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
  - Confused deputy, https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN ('AddPermission20150331v2', 'AddPermission20150331')
  AND error_code IS NULL
  AND error_message IS NULL
  AND request_parameters ->> 'principal' IN ('s3.amazonaws.com', 'sns.amazonaws.com', 'events.amazonaws.com', 'apigateway.amazonaws.com', 'logs.amazonaws.com')
  AND coalesce(request_parameters ->> 'sourceArn', '') = ''
  AND coalesce(request_parameters ->> 'sourceAccount', '') = ''
  AND coalesce(request_parameters ->> 'principalOrgID', '') = ''
