/*---
id: ecs_task_host_access
title: A container definition reaches the host it runs on
severity: medium
status: stable
attack: [T1611, T1610]
practice: least-privilege
description: >
  Privileged mode, the host's processes, its root directory or the Docker socket make a container root on its
  host: with it come the host's role and all other containers there. Fargate refuses most of this. Definitions by
  CloudFormation are left out.
false_positives:
  - Monitoring and security agents, which need the host; suppress their families.
respond:
  - See family, image and the setting in request_parameters.
  - Ask the caller; look for RunTask, CreateService and UpdateService with it.
  - If unknown, stop the tasks, replace the host, and revoke the sessions of its role.
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
  AND regexp_like(
    coalesce(request_parameters, ''),
    '"privileged"\s*:\s*true|"(pidMode|ipcMode)"\s*:\s*"host"|"sourcePath"\s*:\s*"(/|/etc/?|/root/?|/proc/?|/var/run/docker\.sock|/run/docker\.sock|/var/run/?|/run/?)"|"(SYS_ADMIN|SYS_PTRACE|SYS_MODULE|ALL)"',
    'i'
  )
