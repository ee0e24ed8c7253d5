/*---
id: bedrock_api_key_user_elsewhere
title: User made for a Bedrock API key called another service
severity: high
status: stable
attack: [T1078.004, T1098.001]
practice: least-privilege
description: >
  Making a long-term API key in the Bedrock console makes an IAM user whose name begins with BedrockAPIKey-. It has
  no other use, so calls to other services mean that somebody gave it an access key or password.
false_positives:
  - A person who uses such a user for more than it is meant for. Denied calls count too.
respond:
  - Delete the user's access keys and login profile, and see who made them (CreateAccessKey, CreateLoginProfile).
  - List what the user did (hunt principal_timeline).
  - Delete the user if no program needs its API key.
references:
  - Bedrock API keys, https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
---*/
SELECT * FROM cloudtrail
WHERE user_type = 'IAMUser'
  AND user_name LIKE 'BedrockAPIKey-%'
  AND coalesce(event_source, '') NOT LIKE 'bedrock%'
  -- Services that Bedrock calls in the user's name.
  AND coalesce(user_invoked_by, '') = ''
