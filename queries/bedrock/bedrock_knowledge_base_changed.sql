/*---
id: bedrock_knowledge_base_changed
title: Documents or sources of a Bedrock knowledge base changed
severity: low
status: stable
attack: [T1565.001]
practice: monitoring
description: >
  What is in the knowledge base is what the model takes for true. False or hostile documents reach everybody who
  asks.
false_positives:
  - The team that runs the knowledge base, and pipelines that feed it. Stacks of CloudFormation are left out.
respond:
  - See which source or documents were added and where they come from.
  - Ask the caller.
  - Take them out (`aws bedrock-agent delete-knowledge-base-documents`) and ingest again.
references:
  - IngestKnowledgeBaseDocuments, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_IngestKnowledgeBaseDocuments.html
  - UpdateDataSource, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_UpdateDataSource.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name IN (
    'IngestKnowledgeBaseDocuments', 'CreateDataSource', 'UpdateDataSource', 'AssociateAgentKnowledgeBase',
    'UpdateKnowledgeBase'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
