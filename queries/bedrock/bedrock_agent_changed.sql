/*---
id: bedrock_agent_changed
title: Bedrock agent, its actions, prompts or collaborators created or changed
severity: low
status: stable
attack: [T1505, T1565.001]
practice: monitoring
description: >
  An agent acts with its role on what it is told. Who changes its instructions or actions makes it work for them,
  with rights that the caller may not have.
false_positives:
  - The team that builds the agent. Stacks of CloudFormation are left out.
respond:
  - See which agent and role (agentResourceRoleArn) and which action group or function.
  - Ask the caller.
  - >
    Point the alias back to the former version: `aws bedrock-agent update-agent-alias`.
references:
  - CreateAgent, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_CreateAgent.html
  - UpdateAgentActionGroup, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_UpdateAgentActionGroup.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name IN (
    'CreateAgent', 'UpdateAgent', 'CreateAgentActionGroup', 'UpdateAgentActionGroup', 'CreateAgentAlias',
    'UpdateAgentAlias', 'AssociateAgentCollaborator', 'UpdateAgentCollaborator', 'UpdatePrompt', 'UpdateFlow'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
