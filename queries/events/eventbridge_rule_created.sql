/*---
id: eventbridge_rule_created
title: EventBridge rule created or given a target
severity: info
status: stable
attack: [T1546]
practice: monitoring
description: >
  A rule runs something whenever an event or a time comes: a handy way to stay in an account, for example by giving
  every new user a key for the intruder. Most are plain schedules.
false_positives:
  - Deployments by people and pipelines. Stacks of CloudFormation and AWS services are left out.
respond:
  - See what the rule waits for and what it starts, and in which role's name.
  - Ask the caller.
  - >
    Disable it while you ask: `aws events disable-rule`.
references:
  - PutRule, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
  - PutTargets, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'events.amazonaws.com'
  AND event_name IN ('PutRule', 'PutTargets')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
