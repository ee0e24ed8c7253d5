/*---
id: sagemaker_lifecycle_script_suspicious
title: A SageMaker start script looks like an attack
severity: high
status: stable
attack: [T1059.004, T1546]
practice: least-privilege
description: >
  The script runs as root at every start of the notebooks that use it, with their role. It holds a reverse shell,
  a miner, a preloaded library, or takes credentials or SSH keys.
false_positives:
  - A script that manages SSH keys or asks the metadata service for its role.
respond:
  - >
    Decode the script: content in request_parameters, base64 -d.
  - Detach and delete the configuration; stop the notebooks that use it.
  - Revoke the sessions of their roles, and look at the caller.
references:
  - Lifecycle configurations, https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-lifecycle-config.html
  - >
    CreateNotebookInstanceLifecycleConfig,
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstanceLifecycleConfig.html
---*/
-- The script is base64. Each line below is one text in the three forms that it can take, by where it begins in a
-- group of three bytes: /dev/tcp/, bash -i >, stratum+, xmrig, meta-data/iam,
-- authorized_keys, pty.spawn, ld.so.preload, mkfifo /.
SELECT * FROM cloudtrail
WHERE event_source = 'sagemaker.amazonaws.com'
  AND event_name IN (
    'CreateNotebookInstanceLifecycleConfig', 'UpdateNotebookInstanceLifecycleConfig',
    'CreateStudioLifecycleConfig'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    coalesce(request_parameters, ''),
    'L2Rldi90Y3Av|9kZXYvdGNwL|vZGV2L3RjcC'
    || '|YmFzaCAtaSA\+|Jhc2ggLWkgP|iYXNoIC1pID'
    || '|c3RyYXR1bS|N0cmF0dW0r|zdHJhdHVtK'
    || '|eG1yaW|htcmln|4bXJpZ'
    || '|bWV0YS1kYXRhL2lhb|1ldGEtZGF0YS9pYW|tZXRhLWRhdGEvaWFt'
    || '|YXV0aG9yaXplZF9rZXlz|F1dGhvcml6ZWRfa2V5c|hdXRob3JpemVkX2tleX'
    || '|cHR5LnNwYXdu|B0eS5zcGF3b|wdHkuc3Bhd2'
    || '|bGQuc28ucHJlbG9hZ|xkLnNvLnByZWxvYW|sZC5zby5wcmVsb2Fk'
    || '|bWtmaWZvIC|1rZmlmbyAv|ta2ZpZm8gL'
  )
