/*---
id: glue_role_given_to_code
title: A role was given to a Glue job or session
severity: info
status: stable
attack: [T1098.003, T1648]
practice: least-privilege
description: >
  The code of the job runs with the role. Who may pass it and write the code has its rights. A signal beside
  others; what CloudFormation makes is left out.
false_positives:
  - All work with Glue.
respond:
  - See who passed which role.
  - Read the script of the job.
  - If unknown, delete the job, and look at what the role did.
references:
  - Glue jobs API, https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'glue.amazonaws.com'
  AND event_name IN ('CreateJob', 'UpdateJob', 'CreateSession')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(request_parameters ->> 'role', request_parameters -> 'jobUpdate' ->> 'role', '') <> ''
