/*---
id: bedrock_resource_deleted
title: Bedrock agent, model or knowledge base deleted
severity: medium
status: stable
attack: [T1485]
practice: monitoring
description: >
  Trained models and collected documents took money and time, and there is no way back from a deletion.
false_positives:
  - Models and agents that are retired. Stacks of CloudFormation are left out.
respond:
  - Ask the caller whether it was meant.
  - >
    See what is left to rebuild it from: training data, sources, code.
  - Look for other deletions by the same principal.
references:
  - DeleteKnowledgeBase, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_DeleteKnowledgeBase.html
  - DeleteCustomModel, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_DeleteCustomModel.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name IN (
    'DeleteKnowledgeBase', 'DeleteDataSource', 'DeleteKnowledgeBaseDocuments', 'DeleteAgent', 'DeleteCustomModel',
    'DeleteImportedModel'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
