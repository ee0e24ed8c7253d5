/*---
id: agentcore_changed
title: AgentCore runtime, code interpreter, browser or gateway target created or changed
severity: low
status: stable
attack: [T1505, T1059.009]
practice: monitoring
description: >
  Each of these runs code or calls tools with a role of the account. Who may create one with a role passes that
  role's rights on.
false_positives:
  - The team that builds agents. Stacks of CloudFormation are left out.
respond:
  - See which role it got (roleArn, executionRoleArn) and where the code comes from.
  - Ask the caller.
  - Delete it if nobody knows about it, and look at what its role did.
references:
  - CreateAgentRuntime, https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_CreateAgentRuntime.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock-agentcore.amazonaws.com'
  AND event_name IN (
    'CreateAgentRuntime', 'UpdateAgentRuntime', 'CreateCodeInterpreter', 'CreateBrowser', 'CreateGatewayTarget',
    'UpdateGatewayTarget'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
