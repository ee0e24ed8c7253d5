/*---
id: guardduty_disabled
title: GuardDuty turned off
severity: critical
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Without a detector GuardDuty sees nothing in this account and region, and a deleted detector takes its findings with
  it. Intruders do this early; few people ever have a reason to. Stacks that take a detector away are
  security_removed_by_stack.
false_positives:
  - A region that is given up, or an account that is being closed, in a planned change.
respond:
  - >
    Turn it on again (`aws guardduty create-detector --enable`, or `update-detector --enable`), and let the
    administrator account invite it again.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - If nobody can explain it, revoke the caller's sessions and keys, and treat the account as entered.
references:
  - DeleteDetector, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DeleteDetector.html
  - UpdateDetector, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateDetector.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'guardduty.amazonaws.com'
  AND event_name IN ('DeleteDetector', 'UpdateDetector')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Stacks and Control Tower: security_removed_by_stack.
  AND coalesce(user_invoked_by, source_ip_address, '') NOT IN ('cloudformation.amazonaws.com', 'controltower.amazonaws.com')
  AND (event_name = 'DeleteDetector' OR lower(request_parameters ->> 'enable') = 'false')
