/*---
id: ssm_command_from_instance
title: An instance sent commands to other machines
severity: medium
status: stable
attack: [T1651, T1021.007]
practice: least-privilege
description: >
  A server used its own role to run commands through Systems Manager. Build and jump servers do so; any other
  machine that does has an intruder who is moving on.
false_positives:
  - Build, jump and orchestration servers; put their roles into command_principals.
respond:
  - Which machines and commands (request_parameters, `aws ssm list-command-invocations`)?
  - Isolate the sending instance, take a snapshot of its disk, look at its processes.
  - Take ssm:SendCommand and ssm:StartSession away from instance roles.
references:
  - SendCommand, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
params:
  command_principals:
    type: text[]
    default: []
    description: roles of servers that send commands as their work
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name IN ('SendCommand', 'StartSession', 'CreateAssociation')
  AND user_arn LIKE '%:assumed-role/%/i-%'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND NOT coalesce(principal IN ($command_principals), false)
