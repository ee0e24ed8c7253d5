/*---
id: ec2_instances_changed_by_hand
title: Instances launched, changed, stopped or terminated by somebody
severity: info
status: stable
attack: [T1578, T1496.001]
practice: least-privilege
description: >
  A signal to put beside others: compute was changed by a principal and not by Auto Scaling or another service.
  Where all instances come from automation, each of these is worth knowing.
false_positives:
  - Every administrator and pipeline that works with instances.
respond:
  - See who it was and what else the principal did around that time (hunt principal_timeline).
  - Compare with the planned changes.
  - If unknown, look at the instance, its role and its user data.
references:
  - RunInstances, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
  - TerminateInstances, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN (
    'RunInstances', 'StartInstances', 'StopInstances', 'RebootInstances', 'TerminateInstances',
    'ModifyInstanceAttribute', 'RequestSpotInstances', 'CreateFleet', 'RequestSpotFleet'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(session_issuer_arn, '') NOT LIKE '%/aws-service-role/%'
