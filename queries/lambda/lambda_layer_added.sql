/*---
id: lambda_layer_added
title: The layers of a Lambda function were changed
severity: medium
status: stable
attack: [T1648, T1546]
practice: least-privilege
description: >
  A layer brings code into a function without touching the function's own; an extension in it runs beside the
  function and sees its events and credentials. Changes by CloudFormation are left out.
false_positives:
  - New versions of a shared library; monitoring agents.
respond:
  - Compare the layers with those before.
  - Look into the new one (`aws lambda get-layer-version-by-arn`) for extensions and wrappers.
  - If unknown, take it off, and look at what the role of the function did.
references:
  - Layers, https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
  - Stratus Red Team, https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.lambda-layer-extension/
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN ('UpdateFunctionConfiguration20150331v2', 'UpdateFunctionConfiguration20150331')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND json_length(request_parameters, 'layers') > 0
