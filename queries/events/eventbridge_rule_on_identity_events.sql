/*---
id: eventbridge_rule_on_identity_events
title: EventBridge rule waits for identities, keys or logins
severity: medium
status: stable
attack: [T1546, T1098]
practice: monitoring
description: >
  The rule starts something whenever a user, key, role or secret is made, changed or read, or somebody logs in.
  Security teams build alarms like this; intruders build a back door that copies every new credential.
false_positives:
  - Alarms and automatic tagging by the security team. Stacks of CloudFormation are left out.
respond:
  - See what it starts (`aws events list-targets-by-rule`) and who owns that.
  - Ask the caller.
  - >
    If nobody knows: disable the rule, read the code of its target, and change what was made since then.
references:
  - PutRule, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'events.amazonaws.com'
  AND event_name = 'PutRule'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND upper(coalesce(request_parameters ->> 'state', 'ENABLED')) <> 'DISABLED'
  AND regexp_like(
    request_parameters ->> 'eventPattern',
    '"(CreateUser|CreateRole|CreateAccessKey|CreateLoginProfile|UpdateLoginProfile|ConsoleLogin|PutSecretValue|CreateSecret|GetSecretValue)\\?"'
  )
