/*---
id: ec2_large_instances_launched
title: Large or GPU instances launched, or tried
severity: medium
status: stable
attack: [T1496.001, T1578.002, T1059.009]
practice: least-privilege
description: >
  GPU, bare-metal and very large instances are what a miner launches with stolen credentials, and a day of them
  costs more than a month of most accounts. A small instance that is made a large one counts too, and so do refused
  tries: an intruder runs into quotas and missing rights first. Launches by a service for somebody (Auto Scaling,
  Batch, EKS) are left out.
false_positives:
  - Teams that train models or do heavy computing by hand; set watched_types to what you never use.
respond:
  - Ask the caller; look at image, region, key pair and number of instances in request_parameters.
  - Look for launches of the same principal in other regions (hunt principal_timeline).
  - >
    If nobody knows of it, terminate the instances (`aws ec2 terminate-instances`), and disable the access key or
    revoke the sessions of the role.
references:
  - RunInstances, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
  - CreateFleet, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFleet.html
  - >
    Stratus Red Team,
    https://stratus-red-team.cloud/attack-techniques/AWS/aws.execution.ec2-launch-unusual-instances/
params:
  watched_types:
    type: text
    default: "(p[2-9]|g[3-9]|gr[4-9]|trn|inf|dl|vt|hpc)[0-9a-z-]*\\.[0-9a-z-]+|[0-9a-z-]+\\.(metal[0-9a-z-]*|(1[6-9]|[2-9][0-9]|[0-9]{3})xlarge)"
    description: regular expression of the instance types to look for
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN (
    'RunInstances', 'RequestSpotInstances', 'CreateFleet', 'RequestSpotFleet', 'ModifyInstanceAttribute'
  )
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    coalesce(request_parameters, '') || coalesce(response_elements, ''),
    -- ModifyInstanceAttribute has the type within an object.
    '"instanceType"\s*:\s*(\{\s*"value"\s*:\s*)?"(' || $watched_types || ')"',
    'i'
  )
