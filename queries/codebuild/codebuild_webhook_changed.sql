/*---
id: codebuild_webhook_changed
title: A webhook of a build project was created or changed
severity: low
status: stable
attack: [T1546, T1195.002]
practice: least-privilege
description: >
  The webhook says which events of the code host start a build. Without filters, pull requests of strangers run
  with the project's secrets; as a runner, it waits for commands from a repository. Changes by CloudFormation are
  left out.
false_positives:
  - Connecting a repository with its build.
respond:
  - See project, repository and filter groups.
  - Is the repository yours, and are actors filtered?
  - If unknown, `aws codebuild delete-webhook`.
references:
  - CreateWebhook, https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateWebhook.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'codebuild.amazonaws.com'
  AND event_name IN ('CreateWebhook', 'UpdateWebhook')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
