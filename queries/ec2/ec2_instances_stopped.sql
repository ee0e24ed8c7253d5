/*---
id: ec2_instances_stopped
title: Instances stopped
severity: info
status: stable
attack: [T1489, T1578.003]
practice: least-privilege
description: >
  Stopping an instance takes a service away, and it is the first step to changing its startup script or carrying
  off its disk. A signal beside others: machines are stopped all the time. Stops by a service for somebody are left
  out.
false_positives:
  - Maintenance, and schedules that stop machines at night.
respond:
  - Ask the caller, and start the instances again (`aws ec2 start-instances`).
  - Look for ModifyInstanceAttribute, DetachVolume or CreateSnapshot of the same principal afterwards.
  - If unknown, revoke the caller's credentials first.
references:
  - StopInstances, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'StopInstances'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
