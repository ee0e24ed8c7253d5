/*---
id: ssm_script_sent_to_instance
title: A script was run on instances by Systems Manager
severity: low
status: stable
attack: [T1651, T1059]
practice: least-privilege
description: >
  Run Command executes any script as root or SYSTEM, without a login and without an open port. The script itself
  is hidden in CloudTrail. Commands that services send for somebody (maintenance windows, EventBridge) are left
  out.
false_positives:
  - Administration and deployment by Run Command.
respond:
  - See who, which document and which instances; ask the caller.
  - >
    Read the script (`aws ssm list-commands --command-id …`, kept for 30 days) and the output (`aws ssm
    get-command-invocation`).
  - Look at what the roles of these instances did afterwards (hunt instance_credentials_elsewhere).
references:
  - SendCommand, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
  - Stratus Red Team, https://stratus-red-team.cloud/attack-techniques/AWS/aws.execution.ssm-send-command/
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name = 'SendCommand'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    coalesce(request_parameters ->> 'documentName', ''),
    '(^|/)(AWS-Run(ShellScript|PowerShellScript|RemoteScript|Document|SaltState)|AWS-Apply(AnsiblePlaybooks|ChefRecipes|DSCMofs)|AWS-Install(PowerShellModule|Application))$'
  )
