/*---
id: ecs_exec_logging_disabled
title: ECS Exec set to log nothing
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  What people type in containers through ECS Exec is no longer written down. Sessions leave nothing but their start.
false_positives:
  - A test cluster.
respond:
  - >
    Set it back: `aws ecs update-cluster --configuration executeCommandConfiguration={logging=DEFAULT}`.
  - Which sessions ran since? ExecuteCommand of this caller and others.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - UpdateCluster, https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateCluster.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecs.amazonaws.com'
  AND event_name IN ('UpdateCluster', 'CreateCluster')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND upper(request_parameters -> 'configuration' -> 'executeCommandConfiguration' ->> 'logging') = 'NONE'
