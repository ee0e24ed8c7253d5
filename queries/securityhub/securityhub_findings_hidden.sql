/*---
id: securityhub_findings_hidden
title: Security Hub findings hidden by hand
severity: low
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Suppressed or archived findings leave the lists that people look at, and insights are such lists. It is daily work
  for those who handle findings, and a cover-up when somebody else does it.
false_positives:
  - Analysts who close findings, and ticket systems that do it for them.
respond:
  - Look at the findings named in request_parameters. Are they about this caller?
  - >
    Set them back to NEW: `aws securityhub batch-update-findings --workflow Status=NEW`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - BatchUpdateFindings, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateFindings.html
  - UpdateFindings, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateFindings.html
  - DeleteInsight, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DeleteInsight.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'securityhub.amazonaws.com'
  AND event_name IN (
    'BatchUpdateFindings', 'BatchUpdateFindingsV2', 'UpdateFindings', 'UpdateInsight', 'DeleteInsight'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    event_name IN ('UpdateInsight', 'DeleteInsight')
    OR upper(request_parameters -> 'Workflow' ->> 'Status') = 'SUPPRESSED'
    OR upper(request_parameters -> 'workflow' ->> 'status') = 'SUPPRESSED'
    OR upper(request_parameters ->> 'RecordState') = 'ARCHIVED'
    OR upper(request_parameters ->> 'recordState') = 'ARCHIVED'
    OR request_parameters ->> 'StatusId' IN ('3', '5')
  )
