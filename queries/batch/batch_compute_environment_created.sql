/*---
id: batch_compute_environment_created
title: A Batch compute environment was created
severity: low
status: stable
attack: [T1496.001, T1578.002]
practice: least-privilege
description: >
  Batch launches machines by itself as long as there are jobs: an easy way to mine that few people watch.
  Environments by CloudFormation are left out.
false_positives:
  - Setting up Batch by other tools.
respond:
  - Is Batch in use in this region? See maxvCpus and instance types.
  - Look for RegisterJobDefinition and SubmitJob of the same principal.
  - If unknown, disable and delete it, and disable the caller's credentials.
references:
  - >
    CreateComputeEnvironment,
    https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'batch.amazonaws.com'
  AND event_name = 'CreateComputeEnvironment'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
