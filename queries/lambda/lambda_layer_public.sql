/*---
id: lambda_layer_public
title: A Lambda layer was shared with everybody
severity: medium
status: stable
attack: [T1537, T1648]
practice: least-privilege
description: >
  Every AWS account can now download this layer. Layers hold code, and at times configuration and keys.
false_positives:
  - A vendor that publishes layers.
respond:
  - >
    Take it back: `aws lambda remove-layer-version-permission`.
  - Look into the layer and replace every secret in it.
  - Share with the organization only (organization-id).
references:
  - AddLayerVersionPermission, https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name = 'AddLayerVersionPermission20181031'
  AND error_code IS NULL
  AND error_message IS NULL
  AND request_parameters ->> 'principal' = '*'
  AND coalesce(request_parameters ->> 'organizationId', '') = ''
