/*---
id: access_analyzer_deleted
title: IAM Access Analyzer deleted
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  The analyzer tells of buckets, roles, keys and secrets that are open to others. Without it a door that is opened
  next goes unnoticed.
false_positives:
  - An analyzer of one account that is replaced by one of the organization.
respond:
  - >
    Make it again: `aws accessanalyzer create-analyzer --type ACCOUNT`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - >
    Look for policies changed since then: the hunts policy_changes and public_policies.
references:
  - DeleteAnalyzer, https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_DeleteAnalyzer.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'access-analyzer.amazonaws.com'
  AND event_name IN ('DeleteAnalyzer', 'DeleteServiceLinkedAnalyzer')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
