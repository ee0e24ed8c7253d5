/*---
id: ecs_workload_created
title: An ECS cluster, service or task definition was created
severity: info
status: stable
attack: [T1610, T1496.001]
practice: least-privilege
description: >
  A signal beside others: with Fargate this is compute without a machine that anybody sees. What CloudFormation
  makes is left out.
false_positives:
  - Every deployment by other tools.
respond:
  - See image, size and role.
  - Is ECS in use in this region?
  - If unknown, set the service to 0 and look at the caller.
references:
  - CreateService, https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecs.amazonaws.com'
  AND event_name IN ('CreateCluster', 'CreateService', 'RegisterTaskDefinition')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
