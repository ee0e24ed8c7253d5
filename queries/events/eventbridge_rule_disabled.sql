/*---
id: eventbridge_rule_disabled
title: EventBridge rule disabled or deleted, or its targets removed
severity: low
status: stable
attack: [T1489, T1562.001]
practice: monitoring
description: >
  Alarms, forwarding and automatic repairs often hang on an EventBridge rule; without it or its targets nothing happens
  any more. Rules whose name speaks of security are security_event_rule_disabled instead.
false_positives:
  - Schedules that are paused for maintenance, and deployments that replace rules. Stacks of CloudFormation and AWS
    services are left out.
respond:
  - >
    See what the rule does (`aws events describe-rule`, `list-targets-by-rule`, or its last PutRule and PutTargets)
    and turn it on again: `aws events enable-rule`.
  - Ask the caller.
  - If it watches security, look at what the principal did since then.
references:
  - DisableRule, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html
  - DeleteRule, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
  - RemoveTargets, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html
  - PutRule, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'events.amazonaws.com'
  AND event_name IN ('DisableRule', 'DeleteRule', 'RemoveTargets', 'DeleteEventBus', 'PutRule')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    event_name IN ('DisableRule', 'DeleteRule', 'RemoveTargets', 'DeleteEventBus')
    OR request_parameters ->> 'state' = 'DISABLED'
  )
  AND NOT regexp_like(
    coalesce(request_parameters ->> 'name', request_parameters ->> 'rule', ''),
    '(?i)(security|guard-?duty|cloud-?trail|aws-?config|config-?(rule|compl|rec)|siem|soar|incident|alert|threat|audit|macie|inspector|root-?(login|user|sign|act)|iam-?(change|polic|user|role)|sign-?in|compliance|forensic)'
  )
