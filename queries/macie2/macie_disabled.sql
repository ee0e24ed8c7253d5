/*---
id: macie_disabled
title: Macie turned off or paused
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Macie no longer looks for sensitive data and open buckets, and when it is turned off it deletes its findings and
  jobs. It helps whoever is about to copy that data.
false_positives:
  - A region that is given up; an evaluation that ends.
respond:
  - >
    Turn it on again: `aws macie2 enable-macie`, `update-macie-session --status ENABLED`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look for reads of buckets with sensitive data since then.
references:
  - Macie API, https://docs.aws.amazon.com/macie/latest/APIReference/welcome.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'macie2.amazonaws.com'
  AND event_name IN ('DisableMacie', 'UpdateMacieSession', 'UpdateMemberSession')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (event_name = 'DisableMacie' OR upper(request_parameters ->> 'status') = 'PAUSED')
