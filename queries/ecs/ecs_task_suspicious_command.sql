/*---
id: ecs_task_suspicious_command
title: A container was told to run a shell for somebody else, or a miner
severity: high
status: stable
attack: [T1610, T1059.004, T1496.001]
practice: least-privilege
description: >
  The command of a task opens a reverse shell, runs a download in a shell or starts a miner. It runs with the
  role and in the network of the task.
false_positives:
  - Images that install themselves with curl | sh at each start, which deserves repair.
respond:
  - Read the command in request_parameters.
  - Stop the tasks (`aws ecs stop-task`), set the services to 0, deregister the definition.
  - Disable the caller's credentials, and look for the same in other clusters and regions.
references:
  - >
    RegisterTaskDefinition,
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
  - RunTask, https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecs.amazonaws.com'
  AND event_name IN ('RegisterTaskDefinition', 'RunTask', 'StartTask')
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    coalesce(request_parameters, ''),
    -- Only inside a command; environments name these things for other reasons.
    '"(command|entryPoint)"\s*:\s*\[(\s*"([^"\\]|\\.)*"\s*,)*\s*"([^"\\]|\\.)*(/dev/tcp/|\bbash -i\s*[>&]|xmrig|minerd|stratum\+|nicehash|((curl|wget) |base64 (-d|--decode))([^"\\|]|\\.)*\|\s*(/bin/)?(ba|da|z)?sh\b|\bmkfifo ([^"\\]|\\.)*\b(nc|ncat|telnet) |\b(nc|ncat) ([^"\\|]|\\.)*-e |\b(ba|da|z)?sh (-c )?(\\"|'')?(<\(|\$\()\s*(curl|wget) |pty\.spawn|\bsocat ([^"\\]|\\.)*exec:)',
    'i'
  )
