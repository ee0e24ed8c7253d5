/*---
id: macie_weakened
title: Macie sees or tells less
severity: low
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Findings are published as late as they can be, discovery is off or leaves out a bucket, a job is stopped, or findings are put away
  unseen. Each is a setting somebody may want; a few of them by one caller are not.
false_positives:
  - The team that owns Macie tuning it and cutting its cost.
respond:
  - >
    Compare with the other accounts: `aws macie2 get-macie-session`, `get-automated-discovery-configuration`,
    `list-findings-filters`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Set back what nobody asked for.
references:
  - Macie API, https://docs.aws.amazon.com/macie/latest/APIReference/welcome.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('macie2.amazonaws.com', 'macie.amazonaws.com')
  AND event_name IN (
    'UpdateMacieSession', 'UpdateAutomatedDiscoveryConfiguration', 'UpdateClassificationJob', 'CreateFindingsFilter',
    'UpdateFindingsFilter', 'UpdateClassificationScope', 'PutFindingsPublicationConfiguration'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    request_parameters ->> 'findingPublishingFrequency' = 'SIX_HOURS'
    OR request_parameters ->> 'status' = 'DISABLED'
    OR request_parameters ->> 'jobStatus' IN ('CANCELLED', 'USER_PAUSED')
    OR request_parameters ->> 'action' = 'ARCHIVE'
    OR request_parameters -> 's3' -> 'excludes' ->> 'operation' IN ('ADD', 'REPLACE')
    OR lower(request_parameters -> 'securityHubConfiguration' ->> 'publishClassificationFindings') = 'false'
  )
