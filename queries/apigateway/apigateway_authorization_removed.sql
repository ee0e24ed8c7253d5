/*---
id: apigateway_authorization_removed
title: Authorization taken off an API route or an authorizer deleted
severity: medium
status: stable
attack: [T1556, T1562]
practice: least-privilege
description: >
  What needed a login yesterday is open today. The route keeps its address, so nobody who uses it notices.
false_positives:
  - Moving to another way of authorization.
respond:
  - See which route it is and what it calls; set the authorization again.
  - Ask the caller.
  - Read the access log of the API for calls since then.
references:
  - UpdateMethod, https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateMethod.html
  - UpdateRoute, https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'apigateway.amazonaws.com'
  AND event_name IN ('UpdateMethod', 'UpdateRoute', 'DeleteAuthorizer')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    event_name = 'DeleteAuthorizer'
    OR upper(request_parameters ->> 'authorizationType') = 'NONE'
    -- A list of {op, path, value}, in any order.
    OR regexp_like(
      request_parameters ->> 'updateMethodInput',
      '(?i)"/authorizationType"[^{}]*"NONE"|"NONE"[^{}]*"/authorizationType"'
    )
    OR regexp_like(
      request_parameters ->> 'patchOperations', '(?i)"/authorizationType"[^{}]*"NONE"|"NONE"[^{}]*"/authorizationType"'
    )
  )
