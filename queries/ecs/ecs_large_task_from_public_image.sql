/*---
id: ecs_large_task_from_public_image
title: A large container task takes its image from a public registry
severity: medium
status: stable
attack: [T1496.001, T1610]
practice: least-privilege
description: >
  Eight or more virtual CPUs and an image that is in no registry of yours: miners in containers look like this.
  Definitions by CloudFormation are left out.
false_positives:
  - Large tasks of your own with images of Docker Hub; pull them through ECR.
respond:
  - See image and caller; look the image up.
  - Look for RunTask and CreateService with it, in all regions.
  - If unknown, set services to 0, stop the tasks, and disable the caller's credentials.
references:
  - >
    RegisterTaskDefinition,
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecs.amazonaws.com'
  AND event_name = 'RegisterTaskDefinition'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(coalesce(request_parameters, ''), '"cpu"\s*:\s*"?(8192|16384|32768|(8|16|32) ?vcpu)\b', 'i')
  AND regexp_like(
    regexp_replace(
      coalesce(request_parameters, ''),
      '"image"\s*:\s*"([0-9]{12}\.dkr[.-]ecr\.|public\.ecr\.aws/(aws|amazon))[^"]*"',
      '',
      'g'
    ),
    '"image"\s*:'
  )
