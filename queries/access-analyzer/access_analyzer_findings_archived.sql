/*---
id: access_analyzer_findings_archived
title: IAM Access Analyzer findings archived
severity: low
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  A finding that is archived, by hand or by a rule, says that the access is meant to be. An intruder says so about
  their own.
false_positives:
  - Reviews, in which people archive what is intended.
respond:
  - Which access was archived? See the ids, or the filter of the rule, in request_parameters.
  - >
    Set it back: `aws accessanalyzer update-findings --status ACTIVE`, or delete the rule.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - CreateArchiveRule, https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateArchiveRule.html
  - ApplyArchiveRule, https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ApplyArchiveRule.html
  - UpdateFindings, https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UpdateFindings.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'access-analyzer.amazonaws.com'
  AND event_name IN ('CreateArchiveRule', 'UpdateArchiveRule', 'ApplyArchiveRule', 'UpdateFindings')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND ((event_name IS DISTINCT FROM 'UpdateFindings') OR request_parameters ->> 'status' = 'ARCHIVED')
