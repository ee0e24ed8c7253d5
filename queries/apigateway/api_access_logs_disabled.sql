/*---
id: api_access_logs_disabled
title: Access logs of an API turned off
severity: low
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  Who calls the API, and from where, is no longer written down.
false_positives:
  - APIs whose logs are set up anew in another way.
respond:
  - Turn it on again in the settings of the stage (`aws apigateway update-stage`).
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Search the logs of what is behind the API for the missing time.
references:
  - Logging of REST APIs, https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'apigateway.amazonaws.com'
  AND event_name IN ('UpdateStage', 'DeleteAccessLogSettings')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    event_name = 'DeleteAccessLogSettings'
    OR regexp_like(
      coalesce(request_parameters ->> 'patchOperations', ''),
      '\{[^{}]*"remove"[^{}]*"/accessLogSettings|\{[^{}]*"/accessLogSettings[^{}]*"remove"'
    )
    OR regexp_like(
      coalesce(request_parameters ->> 'patchOperations', ''),
      '\{[^{}]*logging/loglevel[^{}]*"OFF"|\{[^{}]*"OFF"[^{}]*logging/loglevel'
    )
  )
