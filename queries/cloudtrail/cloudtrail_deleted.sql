/*---
id: cloudtrail_deleted
title: CloudTrail trail or event data store deleted
severity: critical
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  A deleted trail records nothing any more; a deleted event data store takes its past with it after a waiting
  time. What the trail has already written to its bucket stays there. Stacks and Control Tower are left out: see
  security_removed_by_stack.
false_positives:
  - A planned removal of a second trail, or the tearing down of a test account.
respond:
  - Create the trail again; an event data store can be restored for a few days (RestoreEventDataStore).
  - Find out who called and what that principal did before, and whether the bucket was touched.
  - Rotate the caller's credentials; deny cloudtrail:DeleteTrail by an organization policy.
references:
  - DeleteTrail, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteTrail.html
  - DeleteEventDataStore, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteEventDataStore.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudtrail.amazonaws.com'
  AND event_name IN ('DeleteTrail', 'DeleteEventDataStore')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Stacks and Control Tower: security_removed_by_stack.
  AND coalesce(user_invoked_by, source_ip_address, '') NOT IN ('cloudformation.amazonaws.com', 'controltower.amazonaws.com')
