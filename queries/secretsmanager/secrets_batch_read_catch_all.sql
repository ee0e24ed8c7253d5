/*---
id: secrets_batch_read_catch_all
title: Batch read of secrets with a filter that matches everything
severity: high
status: stable
attack: [T1555.006, T1552]
practice: least-privilege
description: >
  The filter asks for secrets without a tag or name that nobody uses, which is all of them: a trick to read every
  secret with a few calls, without listing them first. Programs ask for what they need.
false_positives:
  - None known.
respond:
  - List what the principal read (hunt secrets_read) and change those secrets, the most powerful first.
  - Deactivate the key or revoke the role's sessions.
  - Find out how the credential was lost; look for uses of the secrets since then.
references:
  - BatchGetSecretValue, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'secretsmanager.amazonaws.com'
  AND event_name = 'BatchGetSecretValue'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Negated values, and none besides.
  AND regexp_like(request_parameters ->> 'filters', '"values"\s*:\s*\[\s*"!')
  AND NOT coalesce(regexp_like(request_parameters ->> 'filters', '"values"\s*:\s*\[([^]]*,)?\s*"[^!]'), false)
