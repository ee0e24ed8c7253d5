/*---
id: cloudtrail_stopped
title: CloudTrail logging stopped
severity: critical
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  From here on the trail records nothing. Few people ever have a reason to do this; intruders do it first.
  Stacks and Control Tower are left out: see security_removed_by_stack.
false_positives:
  - Moving to another trail, in a planned change that also says which one takes over.
respond:
  - Start logging again (`aws cloudtrail start-logging`).
  - Find out who called and what that principal did before; another trail, or the caller's other regions, may still have it.
  - Rotate the caller's credentials; deny cloudtrail:StopLogging by an organization policy.
references:
  - StopLogging, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudtrail.amazonaws.com'
  AND event_name = 'StopLogging'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Stacks and Control Tower: security_removed_by_stack.
  AND coalesce(user_invoked_by, source_ip_address, '') NOT IN ('cloudformation.amazonaws.com', 'controltower.amazonaws.com')
