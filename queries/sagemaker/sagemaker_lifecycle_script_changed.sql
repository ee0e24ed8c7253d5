/*---
id: sagemaker_lifecycle_script_changed
title: A SageMaker start script was created or changed
severity: low
status: stable
attack: [T1546, T1059.004]
practice: least-privilege
description: >
  The script runs as root at every start of the notebooks that use it, with their role; people who open them do
  not see it. Changes by CloudFormation are left out.
false_positives:
  - Setting up notebooks.
respond:
  - >
    Decode the script: content in request_parameters, base64 -d.
  - Ask the caller.
  - >
    See which notebooks use it (`aws sagemaker list-notebook-instances
    --notebook-instance-lifecycle-config-name-contains …`).
references:
  - Lifecycle configurations, https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-lifecycle-config.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sagemaker.amazonaws.com'
  AND event_name IN (
    'CreateNotebookInstanceLifecycleConfig', 'UpdateNotebookInstanceLifecycleConfig',
    'CreateStudioLifecycleConfig'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
