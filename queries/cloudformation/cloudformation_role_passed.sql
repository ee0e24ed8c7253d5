/*---
id: cloudformation_role_passed
title: A role was passed to a CloudFormation stack
severity: info
status: stable
attack: [T1098.003, T1548.005]
practice: least-privilege
description: >
  The stack acts with the rights of the role, not of the caller: whoever may pass an administrator's role to a
  stack is one. A signal beside others.
false_positives:
  - Pipelines that deploy with a service role, which is good practice.
respond:
  - See who passed which role (roleARN) to which stack.
  - Read the template (`aws cloudformation get-template`) for users, roles and keys.
  - Restrict iam:PassRole of that role to the pipeline.
references:
  - CreateStack, https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
  - Service role, https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudformation.amazonaws.com'
  AND event_name IN ('CreateStack', 'UpdateStack', 'CreateChangeSet', 'DeleteStack')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(request_parameters ->> 'roleARN', '') <> ''
