/*---
id: ec2_changed_by_unapproved
title: Instances were changed by somebody who does not manage them
severity: medium
status: stable
attack: [T1578]
practice: least-privilege
description: >
  You said who manages instances; this was somebody else. What services do, such as Auto Scaling, is left out.
false_positives:
  - A new pipeline that is not on the list yet; an emergency repair.
respond:
  - Ask the caller.
  - See what was launched or changed, and set it back.
  - Take the right from those who do not need it.
references:
  - RunInstances, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
params:
  approved_principals:
    type: text[]
    required: true
    description: ARNs of the roles and users that manage instances
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN (
    'RunInstances', 'StartInstances', 'StopInstances', 'TerminateInstances', 'ModifyInstanceAttribute',
    'CreateFleet', 'RequestSpotInstances', 'RequestSpotFleet', 'CreateLaunchTemplateVersion',
    'ModifyLaunchTemplate'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(principal, '') NOT IN ($approved_principals)
  AND coalesce(session_issuer_arn, '') NOT LIKE '%/aws-service-role/%'
