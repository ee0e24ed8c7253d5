/*---
id: security_stack_deleted
title: Stack of security settings deleted
severity: medium
status: stable
attack: [T1562.001, T1562.008]
practice: monitoring
description: >
  Whole sets of trails, recorders, alarms and roles go with one call, and the calls that follow are CloudFormation's
  own, which most rules leave out. Stacks are meant whose name speaks of security, audit, CloudTrail, guardrails and
  the like.
false_positives:
  - Security settings that move to another stack or tool, in a planned change.
respond:
  - What was in it? `aws cloudformation list-stack-resources` works for 90 days with the id of the stack.
  - >
    Put back what is missing, trails and recorders first; stack sets tell for which accounts
    (list-stack-set-operations).
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeleteStack, https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
  - DeleteStackInstances, https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStackInstances.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudformation.amazonaws.com'
  AND event_name IN ('DeleteStack', 'DeleteStackInstances', 'DeleteStackSet')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    coalesce(request_parameters ->> 'stackName', request_parameters ->> 'stackSetName', ''),
    '(?i)(security|guard-?duty|cloud-?trail|config-?rec|aws-?config|audit|guardrail|baseline|siem|flow-?log|control-?tower|landing-?zone)'
  )
