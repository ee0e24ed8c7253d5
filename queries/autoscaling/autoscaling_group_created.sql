/*---
id: autoscaling_group_created
title: An Auto Scaling group or launch configuration was created
severity: low
status: stable
attack: [T1496.001, T1578.002]
practice: least-privilege
description: >
  A group starts its machines again when they are terminated: intruders use it to keep miners alive. Groups that
  EKS, CloudFormation or another service makes are left out.
false_positives:
  - A deployment by a tool that is not a service of AWS.
respond:
  - >
    Look at the size of the group and at its template: image, type, user data.
  - If unknown, delete the group with its instances (`aws autoscaling delete-auto-scaling-group --force-delete`).
  - Look for groups in other regions.
references:
  - >
    CreateAutoScalingGroup,
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
  - >
    CreateLaunchConfiguration,
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateLaunchConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'autoscaling.amazonaws.com'
  AND event_name IN ('CreateAutoScalingGroup', 'CreateLaunchConfiguration')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
