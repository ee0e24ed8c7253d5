/*---
id: network_firewall_logging_disabled
title: Network Firewall logging turned off
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  The firewall goes on, but alerts and flows are no longer written down: what it blocks, and what gets out, nobody
  sees.
false_positives:
  - >
    A move to another log destination: the old one is removed first, the new one follows within a minute.
respond:
  - >
    Set it back: `aws network-firewall update-logging-configuration`. Has another call set a new destination?
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look at rules and routes around the firewall since then.
references:
  - UpdateLoggingConfiguration, https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_UpdateLoggingConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'network-firewall.amazonaws.com'
  AND event_name = 'UpdateLoggingConfiguration'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(json_length(request_parameters, 'loggingConfiguration', 'logDestinationConfigs'), 0) = 0
