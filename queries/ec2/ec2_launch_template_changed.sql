/*---
id: ec2_launch_template_changed
title: A launch template was created or changed
severity: low
status: stable
attack: [T1578.005, T1525, T1496.001]
practice: least-privilege
description: >
  The next instances of every Auto Scaling group that uses the template start with its new image, script, role and
  key. One change here reaches many machines, and stays. Miners make a template of their own for a group that starts
  their machines again.
false_positives:
  - >
    Every deployment that works by launch templates. Changes by CloudFormation, EKS and other services are left
    out.
respond:
  - >
    Compare the versions (`aws ec2 describe-launch-template-versions`): user data, image, key pair, instance
    profile.
  - If unknown, set the default back and look at instances launched since.
  - Ask the caller, and see what else the principal did.
references:
  - CreateLaunchTemplate, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
  - >
    CreateLaunchTemplateVersion,
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html
  - ModifyLaunchTemplate, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyLaunchTemplate.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('CreateLaunchTemplate', 'CreateLaunchTemplateVersion', 'ModifyLaunchTemplate')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
