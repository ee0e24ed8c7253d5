/*---
id: apigateway_open_route_created
title: API route without any authorization created
severity: low
status: stable
attack: [T1190, T1133]
practice: least-privilege
description: >
  A route that anybody may call, in front of a function or server. Intruders have put one before a function of
  theirs as a door that survives lost keys.
false_positives:
  - Public APIs, and APIs whose code checks callers itself. Routes for CORS (OPTIONS) and stacks of CloudFormation
    are left out.
respond:
  - See what the route calls (its integration) and in which role's name.
  - Ask the caller.
  - >
    Delete it if it is nobody's: `aws apigatewayv2 delete-route`, `aws apigateway delete-method`.
references:
  - PutMethod, https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html
  - CreateRoute, https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'apigateway.amazonaws.com'
  AND event_name IN ('CreateRoute', 'PutMethod')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  -- Version 2 writes the members plainly, version 1 within putMethodInput.
  AND upper(
    coalesce(
      request_parameters ->> 'authorizationType', request_parameters -> 'putMethodInput' ->> 'authorizationType',
      CASE event_name WHEN 'CreateRoute' THEN 'NONE' END
    )
  ) = 'NONE'
  AND lower(
    coalesce(
      request_parameters ->> 'apiKeyRequired', request_parameters -> 'putMethodInput' ->> 'apiKeyRequired', 'false'
    )
  ) <> 'true'
  AND upper(coalesce(request_parameters ->> 'httpMethod', request_parameters ->> 'routeKey', '')) NOT LIKE 'OPTIONS%'
