/*---
id: sagemaker_role_given_to_code
title: A role was given to SageMaker code
severity: info
status: stable
attack: [T1098.003, T1078.004]
practice: least-privilege
description: >
  Notebooks, jobs and models run code with the role they are given. Who may pass it has its rights. A signal
  beside others; what CloudFormation and SageMaker pipelines make is left out.
false_positives:
  - All work with SageMaker.
respond:
  - See who passed which role; is it stronger than the caller?
  - Look for CreatePresignedNotebookInstanceUrl afterwards.
  - If unknown, stop the notebook or job, and look at what the role did.
references:
  - >
    CreateNotebookInstance,
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sagemaker.amazonaws.com'
  AND event_name IN (
    'CreateNotebookInstance', 'CreateTrainingJob', 'CreateProcessingJob', 'CreatePipeline', 'CreateModel',
    'CreateUserProfile', 'CreateDomain', 'CreateAutoMLJobV2'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(
    request_parameters ->> 'roleArn',
    request_parameters ->> 'executionRoleArn',
    request_parameters -> 'userSettings' ->> 'executionRole',
    request_parameters -> 'defaultUserSettings' ->> 'executionRole',
    ''
  ) <> ''
