/*---
id: watched_role_passed
title: A role under watch was handed to a workload
severity: high
status: stable
attack: [T1548, T1098.003]
practice: least-privilege
description: >
  The role is on your list of strong ones, and somebody started a function, job, build or stack with it. What runs
  there has all its rights; passing a role leaves no record but this parameter.
false_positives:
  - The pipeline that the role is for; keep such roles off the list, or out of use.
respond:
  - What runs there, and who may change it? Ask the caller.
  - Look at what the role did since (`trailhound query -f principal_timeline`).
  - Stop the workload and limit iam:PassRole of the caller.
references:
  - Passing a role, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
params:
  watched_roles:
    type: text[]
    required: true
    description: ARNs of strong roles that should not be handed to workloads
---*/
SELECT * FROM cloudtrail
WHERE event_source IN (
    'cloudformation.amazonaws.com', 'codebuild.amazonaws.com', 'ecs.amazonaws.com',
    'elasticmapreduce.amazonaws.com', 'glue.amazonaws.com', 'lambda.amazonaws.com', 'sagemaker.amazonaws.com',
    'states.amazonaws.com'
  )
  AND event_name IN (
    'CreateFunction20150331', 'UpdateFunctionConfiguration20150331v2', 'CreateDevEndpoint', 'CreateJob',
    'CreateNotebookInstance', 'CreateProcessingJob', 'CreateTrainingJob', 'CreateProject', 'UpdateProject',
    'RegisterTaskDefinition', 'CreateStateMachine', 'CreateStack', 'UpdateStack', 'CreateChangeSet', 'RunJobFlow'
  )
  AND coalesce(
    request_parameters ->> 'role', request_parameters ->> 'roleArn', request_parameters ->> 'roleARN',
    request_parameters ->> 'serviceRole', request_parameters ->> 'taskRoleArn'
  ) IN ($watched_roles)
  AND user_invoked_by IS NULL
  AND error_code IS NULL
  AND error_message IS NULL
