/*---
id: security_event_rule_disabled
title: EventBridge rule of the security team disabled
severity: medium
status: stable
attack: [T1562.001, T1562.006]
practice: monitoring
description: >
  Rules with a name that speaks of security, GuardDuty, CloudTrail, alerts and the like carry findings to people, or
  start a repair. Disabled, deleted or without a target they do nothing more, and nobody is told.
false_positives:
  - Rules whose name only sounds like it.
  - A rule that is replaced by another one the same day.
respond:
  - >
    See which rule and bus in request_parameters; enable it, put its targets back: `aws events enable-rule`,
    `put-targets`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Go through the findings and events it would have carried since.
references:
  - DisableRule, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html
  - DeleteRule, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
  - RemoveTargets, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html
  - PutRule, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'events.amazonaws.com'
  AND event_name IN ('DisableRule', 'DeleteRule', 'RemoveTargets', 'PutRule')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    event_name IN ('DisableRule', 'DeleteRule', 'RemoveTargets')
    OR request_parameters ->> 'state' = 'DISABLED'
  )
  AND regexp_like(
    coalesce(request_parameters ->> 'name', request_parameters ->> 'rule', ''),
    '(?i)(security|guard-?duty|cloud-?trail|aws-?config|config-?(rule|compl|rec)|siem|soar|incident|alert|threat|audit|macie|inspector|root-?(login|user|sign|act)|iam-?(change|polic|user|role)|sign-?in|compliance|forensic)'
  )
