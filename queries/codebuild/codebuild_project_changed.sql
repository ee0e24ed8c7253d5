/*---
id: codebuild_project_changed
title: Role, source or environment of a build project was changed
severity: low
status: stable
attack: [T1578.005, T1195.002]
practice: least-privilege
description: >
  A build runs commands with the project's role and secrets, and what it makes goes to production. Another source,
  build file or role turns it into a tool. Changes by CloudFormation are left out.
false_positives:
  - Everyday changes of builds.
respond:
  - >
    Compare with the former settings: source location, buildspec, service role, environment variables.
  - Ask the caller; look at builds since.
  - If unknown, set it back, replace the project's secrets, and check what it built.
references:
  - UpdateProject, https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateProject.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'codebuild.amazonaws.com'
  AND event_name = 'UpdateProject'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    json_contains(request_parameters, 'serviceRole')
    OR json_contains(request_parameters, 'source')
    OR json_contains(request_parameters, 'environment')
  )
