/*---
id: lambda_layer_shared
title: A Lambda layer was shared with another account
severity: low
status: stable
attack: [T1537, T1648]
practice: least-privilege
description: >
  The other account can download this layer and the code in it.
false_positives:
  - Sharing with accounts of your own that are not in trusted_accounts.
respond:
  - Check whose account it is (principal in request_parameters).
  - Look into the layer for secrets.
  - >
    Take it back: `aws lambda remove-layer-version-permission`.
references:
  - AddLayerVersionPermission, https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name = 'AddLayerVersionPermission20181031'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(request_parameters ->> 'principal', coalesce(recipient_account_id, user_account_id, ''), ''),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^|:)[0-9]{12}(:|$)'
  )
