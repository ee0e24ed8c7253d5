/*---
id: secrets_batch_read_repeatedly
title: Five batch reads of secrets by filter within ten minutes
severity: medium
status: stable
attack: [T1555.006]
practice: least-privilege
description: >
  A batch read returns up to twenty secrets at once. One principal sent several with filters instead of names, as
  somebody does who takes what there is without knowing what it is called.
false_positives:
  - Tools that load the secrets of several applications by tag; name their roles in secret_sync_principals.
respond:
  - See the filters in request_parameters and which secrets they match.
  - >
    If the owner of the principal doesn't know of it: stop its credentials, and replace every secret that the filters
    match.
  - Look at what else the principal did (hunt principal_timeline).
references:
  - BatchGetSecretValue, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
params:
  secret_sync_principals:
    type: text[]
    default: []
    description: principals that copy secrets as their work
entity: [principal, account_id]
window: 10m
---*/
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' read secrets in batches by filter, ' || CAST(count(*) AS VARCHAR) || ' times' AS message,
  principal,
  coalesce(recipient_account_id, user_account_id) AS account_id,
  min(aws_region) AS region,
  min(source_ip) AS source_ip
FROM cloudtrail
WHERE event_time >= $lookback_start AND event_time < $window_end
  AND event_source = 'secretsmanager.amazonaws.com'
  AND event_name = 'BatchGetSecretValue'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND json_length(request_parameters, 'filters') > 0
  AND NOT coalesce(principal IN ($secret_sync_principals), false)
GROUP BY 3, principal, coalesce(recipient_account_id, user_account_id)
HAVING count(*) >= 5
