/*---
id: ecs_workload_deleted
title: An ECS cluster or service was deleted
severity: low
status: stable
attack: [T1489, T1485]
practice: least-privilege
description: >
  What ran there stops. Deletions by CloudFormation are left out.
false_positives:
  - Tearing down an environment.
respond:
  - Ask the caller.
  - Deploy again from the source.
  - Look for other deletions of the same principal.
references:
  - DeleteService, https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecs.amazonaws.com'
  AND event_name IN ('DeleteCluster', 'DeleteService')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
