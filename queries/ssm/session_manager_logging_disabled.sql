/*---
id: session_manager_logging_disabled
title: Session Manager set to log nothing
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  What people type in shells through Session Manager is written to a bucket or a log group, if this document says so.
  Emptied or deleted, sessions leave nothing but their start and end.
false_positives:
  - An account that never logged sessions, when another setting of the document is changed.
respond:
  - >
    Put bucket and log group back into the document SSM-SessionManagerRunShell: `aws ssm update-document`.
  - Which sessions ran since? StartSession of this caller and others.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - UpdateDocument, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateDocument.html
  - Session Manager preferences, https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-configure-preferences-cli.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name IN ('UpdateDocument', 'DeleteDocument')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND request_parameters ->> 'name' = 'SSM-SessionManagerRunShell'
  AND (
    event_name = 'DeleteDocument'
    -- The content is JSON as text, or hidden: then it can't be judged and is left out.
    OR regexp_like(coalesce(request_parameters ->> 'content', ''), '"inputs"')
      AND NOT regexp_like(coalesce(request_parameters ->> 'content', ''), '"(s3BucketName|cloudWatchLogGroupName)"\s*:\s*"[^"]')
  )
