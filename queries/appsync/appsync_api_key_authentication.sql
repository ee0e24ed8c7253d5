/*---
id: appsync_api_key_authentication
title: GraphQL API opened with API keys
severity: medium
status: stable
attack: [T1556, T1190]
practice: least-privilege
description: >
  An AppSync API key is one text that everybody shares; it tells nobody apart and is often found in the code of web
  pages. The API now accepts it.
false_positives:
  - Public read-only APIs, and first steps of a new application.
respond:
  - See which operations the key opens (directives of the schema).
  - Ask the caller; look for CreateApiKey by the same principal.
  - >
    Set the former authentication again: `aws appsync update-graphql-api`.
references:
  - UpdateGraphqlApi, https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateGraphqlApi.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'appsync.amazonaws.com'
  AND event_name IN ('UpdateGraphqlApi', 'CreateGraphqlApi')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    upper(request_parameters ->> 'authenticationType') = 'API_KEY'
    OR request_parameters ->> 'additionalAuthenticationProviders' LIKE '%"API_KEY"%'
  )
