/*---
id: codebuild_build_overridden
title: A build was started with other commands, image, role or source
severity: low
status: stable
attack: [T1648, T1195.002]
practice: least-privilege
description: >
  The override lets the caller run any commands with the role and secrets of the project, and leaves the project
  as it was. Builds that CodePipeline starts are left out.
false_positives:
  - Trying out a build file before it is committed.
respond:
  - See the override in request_parameters, and the log of the build.
  - Ask the caller.
  - If unknown, stop the build, replace the project's secrets, revoke the sessions of its role.
references:
  - StartBuild, https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'codebuild.amazonaws.com'
  AND event_name IN ('StartBuild', 'StartBuildBatch')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    json_contains(request_parameters, 'buildspecOverride')
    OR json_contains(request_parameters, 'imageOverride')
    OR json_contains(request_parameters, 'serviceRoleOverride')
    OR json_contains(request_parameters, 'sourceLocationOverride')
  )
