/*---
id: sagemaker_notebook_link_made
title: A link into a SageMaker notebook was made
severity: low
status: stable
attack: [T1098.003, T1078.004]
practice: policy-conditions
description: >
  Whoever has the link is in the notebook, with a shell and the rights of its role, without any more login.
  Restrict it by aws:SourceIp in the role that makes links.
false_positives:
  - Everybody who opens a notebook in the console.
respond:
  - Does the notebook belong to the caller?
  - Look at what the execution role did afterwards.
  - If unknown, stop the notebook, and revoke the sessions of the role.
references:
  - >
    CreatePresignedNotebookInstanceUrl,
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedNotebookInstanceUrl.html
  - >
    CreatePresignedDomainUrl,
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedDomainUrl.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sagemaker.amazonaws.com'
  AND event_name IN (
    'CreatePresignedNotebookInstanceUrl', 'CreatePresignedDomainUrl', 'CreatePresignedMlflowTrackingServerUrl'
  )
  AND error_code IS NULL
  AND error_message IS NULL
