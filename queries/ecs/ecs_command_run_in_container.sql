/*---
id: ecs_command_run_in_container
title: Somebody opened a shell in a running container
severity: low
status: stable
attack: [T1609, T1651]
practice: least-privilege
description: >
  ECS Exec gives a shell in the container, with the task's role, its secrets in the environment and its place in
  the network.
false_positives:
  - Developers who look for a fault.
respond:
  - See who, cluster and task; ask them.
  - Read the session log, if the cluster keeps one.
  - If unknown, stop the task, replace its secrets, and revoke the sessions of the task role.
references:
  - ExecuteCommand, https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html
  - ECS Exec, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecs.amazonaws.com'
  AND event_name = 'ExecuteCommand'
  AND error_code IS NULL
  AND error_message IS NULL
