/*---
id: eventbridge_api_destination_created
title: EventBridge destination outside of AWS created or changed
severity: low
status: stable
attack: [T1567, T1020]
practice: monitoring
description: >
  Events can leave AWS through an API destination, to any web address, from AWS's own network where no firewall of
  yours sees them.
false_positives:
  - Chat, ticket and monitoring tools. Stacks of CloudFormation are left out.
respond:
  - See the address (invocationEndpoint) and whose it is.
  - Ask the caller.
  - >
    Delete it if it is nobody's: `aws events delete-api-destination`.
references:
  - CreateApiDestination, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateApiDestination.html
  - UpdateApiDestination, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateApiDestination.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'events.amazonaws.com'
  AND event_name IN ('CreateApiDestination', 'UpdateApiDestination')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
