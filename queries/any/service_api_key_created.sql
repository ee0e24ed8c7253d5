/*---
id: service_api_key_created
title: API key of AppSync or API Gateway created
severity: low
status: stable
attack: [T1098.001]
practice: rotate-credentials
description: >
  Whoever has the key may call the API until it expires, with no identity behind it. A key that nobody asked for is
  a way back to the data behind the API.
false_positives:
  - Developers who set up an API, and the renewal of expired keys.
respond:
  - See which API the key is for (request_parameters) and what lies behind it.
  - Ask the caller who shall get the key.
  - >
    Unexplained: delete it (`aws appsync delete-api-key`, `aws apigateway delete-api-key`).
references:
  - AppSync CreateApiKey, https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateApiKey.html
  - API Gateway CreateApiKey, https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('appsync.amazonaws.com', 'apigateway.amazonaws.com')
  AND event_name IN ('CreateApiKey', 'ImportApiKeys')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') = ''
