/*---
id: waf_logging_disabled
title: WAF logging turned off or narrowed
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  Requests that the web ACL allowed or blocked are no longer written down, or those that the new filter drops are not.
  Attacks on the application leave no trace at the edge.
false_positives:
  - A web ACL that is taken down.
  - A filter that drops the bulk of allowed requests to save money.
respond:
  - >
    Set it back: `aws wafv2 put-logging-configuration`, with a filter that keeps what was blocked and what was
    allowed.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Search the logs of load balancer or distribution for the missing time.
references:
  - DeleteLoggingConfiguration, https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteLoggingConfiguration.html
  - PutLoggingConfiguration, https://docs.aws.amazon.com/waf/latest/APIReference/API_PutLoggingConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('wafv2.amazonaws.com', 'waf.amazonaws.com', 'waf-regional.amazonaws.com')
  AND event_name IN ('DeleteLoggingConfiguration', 'PutLoggingConfiguration')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    event_name = 'DeleteLoggingConfiguration'
    OR upper(request_parameters -> 'loggingConfiguration' -> 'loggingFilter' ->> 'defaultBehavior') = 'DROP'
    OR json_length(request_parameters, 'loggingConfiguration', 'logDestinationConfigs') = 0
  )
