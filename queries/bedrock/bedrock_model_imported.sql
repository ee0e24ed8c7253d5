/*---
id: bedrock_model_imported
title: Model imported or model endpoint from a marketplace created
severity: medium
status: stable
attack: [T1525, T1496.004]
practice: monitoring
description: >
  A model from outside answers inside your applications from now on, and may have been trained to do harm; an
  endpoint of one's own also costs by the hour.
false_positives:
  - Teams that bring their own models. Stacks of CloudFormation are left out.
respond:
  - See where the model comes from (modelDataSource) and who may write there.
  - Ask the caller.
  - Delete it if nobody knows about it; look for other uses by the same principal.
references:
  - CreateModelImportJob, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateModelImportJob.html
  - CreateMarketplaceModelEndpoint, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateMarketplaceModelEndpoint.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name IN (
    'CreateModelImportJob', 'CreateCustomModelDeployment', 'CreateMarketplaceModelEndpoint',
    'RegisterMarketplaceModelEndpoint'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
