/*---
id: cloudformation_stack_set_deployed
title: A stack set was deployed to several accounts
severity: low
status: stable
attack: [T1648, T1072]
practice: least-privilege
description: >
  One call makes roles, users or machines in every account of the organization. Who may deploy stack sets is
  administrator of them all.
false_positives:
  - The platform team at work.
respond:
  - Read the template (`aws cloudformation describe-stack-set`) for roles and trust policies.
  - Ask the caller; see the targets in request_parameters.
  - If unknown, delete the stack instances, and look at what was made in the accounts.
references:
  - StackSets, https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudformation.amazonaws.com'
  AND event_name IN ('CreateStackInstances', 'UpdateStackInstances')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
