/*---
id: lambda_layer_from_other_account
title: A Lambda function uses a layer of another account
severity: medium
status: stable
attack: [T1648, T1546, T1195.002]
practice: least-privilege
description: >
  A layer brings code into the function, and an extension in it runs beside the function and sees its events and
  credentials. This one belongs to an account that is neither yours nor in trusted_accounts. Layers of AWS (Lambda Insights, Powertools,
  OpenTelemetry, SDK for pandas) and changes by CloudFormation are left out.
false_positives:
  - Layers of vendors and of your own other accounts; put them into trusted_accounts.
respond:
  - See whose account it is (layers in request_parameters) and ask the caller.
  - Look into the layer (`aws lambda get-layer-version-by-arn`) for extensions and wrappers.
  - If unknown, take it off, and treat the credentials and secrets of the function as lost.
references:
  - Layers, https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
  - UpdateFunctionConfiguration, https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
  - Stratus Red Team, https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.lambda-layer-extension/
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and of vendors whose layers you use
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN (
    'CreateFunction20150331', 'UpdateFunctionConfiguration20150331v2', 'UpdateFunctionConfiguration20150331'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    regexp_replace(
      replace(coalesce(request_parameters ->> 'layers', ''), coalesce(recipient_account_id, user_account_id, ''), ''),
      -- AWS itself: Lambda Insights, Powertools (two), OpenTelemetry, SDK for pandas.
      concat_ws('|', '580247275435|017000801446|094274105915|901920570463|336392948345', nullif(array_to_string($trusted_accounts, '|'), '')),
      '', 'g'
    ),
    ':[0-9]{12}:layer:'
  )
