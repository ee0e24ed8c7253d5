/*---
id: codebuild_project_public
title: The builds of a project were made public
severity: high
status: stable
attack: [T1567, T1552.001]
practice: least-privilege
description: >
  Everybody can now read the logs and artifacts of all builds of the project, past ones too. Logs of builds often
  hold tokens and names of internal systems.
false_positives:
  - Open source projects.
respond:
  - >
    Make it private: `aws codebuild update-project-visibility --project-visibility PRIVATE`.
  - Read the logs of its builds, and replace every secret in them.
  - Ask the caller; deny codebuild:UpdateProjectVisibility where nothing is public.
references:
  - >
    UpdateProjectVisibility,
    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateProjectVisibility.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'codebuild.amazonaws.com'
  AND event_name = 'UpdateProjectVisibility'
  AND error_code IS NULL
  AND error_message IS NULL
  AND upper(request_parameters ->> 'projectVisibility') = 'PUBLIC_READ'
