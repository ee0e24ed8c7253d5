/*---
id: codebuild_source_credentials_changed
title: The token with which builds reach the code host was changed
severity: low
status: stable
attack: [T1098.001, T1195.002]
practice: least-privilege
description: >
  All projects of the account and region use this token. Another one lets builds fetch code from where its owner
  wants.
false_positives:
  - Renewing the token.
respond:
  - Ask the caller.
  - Look for UpdateProject and StartBuild of the same principal.
  - If unknown, import your own token again and revoke the other at the code host.
references:
  - >
    ImportSourceCredentials,
    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ImportSourceCredentials.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'codebuild.amazonaws.com'
  AND event_name IN ('ImportSourceCredentials', 'DeleteSourceCredentials')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
