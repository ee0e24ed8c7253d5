/*---
id: ecs_task_role_overridden
title: A container task was started with another role
severity: low
status: stable
attack: [T1098.003, T1610]
practice: least-privilege
description: >
  The override gives the task a role that its definition does not have. Who may pass roles to ECS can reach for a
  stronger one this way. Tasks that services start are left out.
false_positives:
  - Tools that start one definition with several roles.
respond:
  - See the role in overrides; what may it do?
  - Ask the caller; look at the task's command too.
  - If unknown, stop the task, and look at what the role did.
references:
  - RunTask, https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecs.amazonaws.com'
  AND event_name IN ('RunTask', 'StartTask')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(request_parameters -> 'overrides' ->> 'taskRoleArn', request_parameters -> 'overrides' ->> 'executionRoleArn', '') <> ''
