/*---
id: bedrock_api_key_user_given_credentials
title: Access key or password given to a user of a Bedrock API key
severity: high
status: stable
attack: [T1098.001, T1136.003]
practice: least-privilege
description: >
  Users whose name begins with BedrockAPIKey- are made by the Bedrock console for one API key and are easily
  overlooked. With an access key or password they are a back door, often with wide rights to Bedrock.
false_positives:
  - Hardly any.
respond:
  - >
    Delete the new key or login profile: `aws iam delete-access-key`, `delete-login-profile`.
  - Find out who called and what that principal did before.
  - List what the user did since then (hunt key_activity).
references:
  - Bedrock API keys, https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(request_parameters ->> 'userName', user_name) LIKE 'BedrockAPIKey-%'
