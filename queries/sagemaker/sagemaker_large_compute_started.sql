/*---
id: sagemaker_large_compute_started
title: Large machines were started in SageMaker
severity: low
status: stable
attack: [T1496.001]
practice: least-privilege
description: >
  GPU and very large machines of SageMaker have quotas of their own and are rarely watched; intruders mine on
  them. What pipelines and CloudFormation start is left out.
false_positives:
  - Training and serving of models.
respond:
  - Is SageMaker in use in this account and region?
  - Ask the caller; see image and command of the job.
  - If unknown, stop it, and disable the caller's credentials.
references:
  - CreateTrainingJob, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sagemaker.amazonaws.com'
  AND event_name IN (
    'CreateNotebookInstance', 'CreateTrainingJob', 'CreateProcessingJob', 'CreateEndpointConfig',
    'CreateHyperParameterTuningJob', 'CreateTransformJob'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    coalesce(request_parameters, ''),
    '"instanceType"\s*:\s*"ml\.((p[2-9]|g[5-9]|trn|inf)[0-9a-z]*\.[0-9a-z]+|[0-9a-z]+\.(1[6-9]|[2-9][0-9])xlarge)"',
    'i'
  )
