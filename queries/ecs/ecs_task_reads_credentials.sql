/*---
id: ecs_task_reads_credentials
title: A container was told to read its own role's credentials
severity: high
status: stable
attack: [T1552.005, T1610]
practice: least-privilege
description: >
  The command of a task asks the credentials endpoint by hand. Programs use the SDK, which does it by itself; a
  shell that fetches credentials sends them somewhere. Whoever registers such a task steals its role.
false_positives:
  - A debug task that prints the endpoint; it should not be run in production.
respond:
  - >
    Read the command in request_parameters: where do the credentials go?
  - Stop the tasks (`aws ecs stop-task`) and deregister the definition.
  - Revoke the sessions of the task role, and look for its use from other addresses.
references:
  - >
    RegisterTaskDefinition,
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
  - Task role, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecs.amazonaws.com'
  AND event_name IN ('RegisterTaskDefinition', 'RunTask', 'StartTask')
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    coalesce(request_parameters, ''),
    -- Only inside a command; environments name these things for other reasons. Asking for an address or a zone is
    -- common, so the path of the credentials has to be there.
    '"(command|entryPoint)"\s*:\s*\[(\s*"([^"\\]|\\.)*"\s*,)*\s*"([^"\\]|\\.)*(AWS_CONTAINER_CREDENTIALS_|169\.254\.170\.(2|23)(:[0-9]+)?/v[0-9]+/credentials|meta-data/(iam|identity-credentials))',
    'i'
  )
