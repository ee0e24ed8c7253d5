/*---
id: ssm_automation_started
title: An automation of Systems Manager was started
severity: info
status: stable
attack: [T1651, T1648]
practice: least-privilege
description: >
  Automations call AWS with a role, on many targets and in many accounts at once. A signal beside others; those
  that services start, such as remediations, are left out.
false_positives:
  - Administration by automations.
respond:
  - See the document and its parameters, AutomationAssumeRole above all.
  - See its steps (`aws ssm get-automation-execution`).
  - If unknown, `aws ssm stop-automation-execution`.
references:
  - >
    StartAutomationExecution,
    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name = 'StartAutomationExecution'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
