/*---
id: ssm_session_preferences_changed
title: The preferences of Session Manager were changed
severity: low
status: stable
attack: [T1562.008, T1562.001]
practice: monitoring
description: >
  This document says whether sessions are logged and encrypted, as which user they run, and what runs at their
  start. Changing it can switch the log of all sessions off, or run a command in everybody's session. When the
  record shows that logging went away, session_manager_logging_disabled says so louder.
false_positives:
  - Setting up session logging.
respond:
  - >
    Read it (`aws ssm get-document --name SSM-SessionManagerRunShell`): s3BucketName, cloudWatchLogGroupName,
    runAsEnabled, shellProfile.
  - Set the former version back if logging went away.
  - Look for StartSession of the caller since.
references:
  - >
    Session Manager preferences,
    https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-getting-started-configure-preferences.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name IN ('CreateDocument', 'UpdateDocument', 'UpdateDocumentDefaultVersion')
  AND error_code IS NULL
  AND error_message IS NULL
  AND request_parameters ->> 'name' = 'SSM-SessionManagerRunShell'
