/*---
id: ebs_snapshot_unlocked
title: Lock on a snapshot taken away
severity: medium
status: stable
attack: [T1490]
practice: monitoring
description: >
  A locked snapshot can't be deleted, not even by an administrator. Unlocking one is what somebody does who
  wants to destroy backups before asking for money.
false_positives:
  - A backup team that clears old snapshots, or a lock that was set on the wrong one.
respond:
  - Lock it again, `aws ec2 lock-snapshot --snapshot-id ID --lock-mode governance --lock-duration DAYS`.
  - Look for DeleteSnapshot, DeleteRecoveryPoint and DeleteDBSnapshot by the same principal.
  - Ask the keeper of the backups; without an explanation cut the caller's sessions off.
references:
  - UnlockSnapshot, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UnlockSnapshot.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'UnlockSnapshot'
  AND error_code IS NULL
  AND error_message IS NULL
