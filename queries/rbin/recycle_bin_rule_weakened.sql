/*---
id: recycle_bin_rule_weakened
title: Recycle Bin rule deleted, unlocked or cut to a week or less
severity: medium
status: stable
attack: [T1490]
practice: monitoring
description: >
  Recycle Bin keeps deleted snapshots, volumes and images for a while. Without the rule a deletion is final,
  which is what an intruder wants who destroys backups.
false_positives:
  - A planned change of retention by the backup team.
respond:
  - Create the rule again (`aws rbin create-rule`) and lock it.
  - >
    Look for DeleteSnapshot and DeregisterImage since; what was deleted before is still in the bin, `aws ec2
    list-snapshots-in-recycle-bin`.
  - Ask the keeper of the backups; without an explanation cut the caller's sessions off.
references:
  - DeleteRule, https://docs.aws.amazon.com/recyclebin/latest/APIReference/API_DeleteRule.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rbin.amazonaws.com'
  AND event_name IN ('DeleteRule', 'UnlockRule', 'UpdateRule')
  AND error_code IS NULL
  AND error_message IS NULL
  AND ((event_name IS DISTINCT FROM 'UpdateRule') OR regexp_like(request_parameters -> 'retentionPeriod' ->> 'retentionPeriodValue', '^[1-7]$'))
