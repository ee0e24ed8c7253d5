/*---
id: ecs_exec_enabled
title: Shells in containers were allowed
severity: info
status: stable
attack: [T1609, T1578.005]
practice: least-privilege
description: >
  From now on tasks of this service accept ECS Exec. A signal before ecs_command_run_in_container. Changes by
  CloudFormation are left out.
false_positives:
  - Services that are always run this way.
respond:
  - Ask the caller.
  - Look for ExecuteCommand afterwards.
  - >
    Switch it off: `aws ecs update-service --disable-execute-command --force-new-deployment`.
references:
  - UpdateService, https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecs.amazonaws.com'
  AND event_name IN ('CreateService', 'UpdateService', 'RunTask', 'StartTask')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND lower(request_parameters ->> 'enableExecuteCommand') = 'true'
