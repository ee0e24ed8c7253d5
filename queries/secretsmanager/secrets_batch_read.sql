/*---
id: secrets_batch_read
title: Secrets read in a batch by filter
severity: low
status: stable
attack: [T1555.006]
practice: least-privilege
description: >
  A batch read returns up to twenty secrets at once. With a filter instead of names the caller didn't know what they
  are called, which programs do.
false_positives:
  - Tools that load the secrets of an application by tag. Suppress their role.
respond:
  - See the filter in request_parameters and which secrets it matches.
  - Look for more reads by the same principal (hunt secrets_read).
  - Ask the owner of the principal.
references:
  - BatchGetSecretValue, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'secretsmanager.amazonaws.com'
  AND event_name = 'BatchGetSecretValue'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND json_length(request_parameters, 'filters') > 0
