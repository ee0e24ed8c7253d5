/*---
id: ssm_command_to_many_instances
title: One command was sent to many instances
severity: medium
status: stable
attack: [T1651, T1059]
practice: least-privilege
description: >
  One call ran a command on three or more named instances, or on all that there are. An intruder who may call
  SendCommand takes the whole fleet in one go. Commands to tagged groups, the usual way of administration, are
  left out, and so are those that services send.
false_positives:
  - An administrator who picks instances in the console.
respond:
  - Read the command while it is kept (`aws ssm list-commands --command-id …`), and its output.
  - Cancel it if it still runs (`aws ssm cancel-command`); ask the caller.
  - If unknown, isolate the instances, revoke the sessions of their roles and of the caller.
references:
  - SendCommand, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
  - Stratus Red Team, https://stratus-red-team.cloud/attack-techniques/AWS/aws.execution.ssm-send-command/
params:
  instances:
    type: int
    default: 3
    description: instances named in one command that are a finding
---*/
-- Targets choose by tag or group; the target InstanceIds with * is all that Systems Manager knows.
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name = 'SendCommand'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    json_length(request_parameters, 'instanceIds') >= $instances
    OR lower(request_parameters -> 'targets' -> 0 ->> 'key') = 'instanceids'
      AND json_length(request_parameters, 'targets', 0, 'values') >= $instances
    OR regexp_like(coalesce(request_parameters ->> 'targets', ''), '"InstanceIds"[^}]*"\*"', 'i')
  )
