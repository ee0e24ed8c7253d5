/*---
id: eventbridge_bus_public
title: Event bus opened to everybody
severity: medium
status: stable
attack: [T1190, T1546]
practice: policy-conditions
description: >
  Any AWS account may put events on the bus, and with them start whatever its rules start.
false_positives:
  - A bus for a whole organization should have a condition on aws:PrincipalOrgID; then it isn't reported.
respond:
  - >
    Put a policy with a condition in its place: `aws events put-permission`.
  - See which rules the bus has and what they trust in an event.
  - Ask the caller.
references:
  - PutPermission, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'events.amazonaws.com'
  AND event_name = 'PutPermission'
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    request_parameters ->> 'principal' = '*' AND NOT coalesce(json_contains(request_parameters, 'condition', 'value'), false)
    OR policy_is_public(request_parameters ->> 'policy')
  )
