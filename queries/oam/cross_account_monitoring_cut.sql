/*---
id: cross_account_monitoring_cut
title: Account cut off from central monitoring
severity: medium
status: stable
attack: [T1562.006, T1562.008]
practice: monitoring
description: >
  The link shows logs, metrics and traces of the account to a monitoring account. Without it, or without the sink
  there, those who watch centrally see nothing of it.
false_positives:
  - An account that is closed; a sink that is replaced.
respond:
  - >
    Make the link again: `aws oam create-link`; after the loss of a sink every account has to.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Tell those who watch that they were blind.
references:
  - DeleteLink, https://docs.aws.amazon.com/OAM/latest/APIReference/API_DeleteLink.html
  - DeleteSink, https://docs.aws.amazon.com/OAM/latest/APIReference/API_DeleteSink.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'oam.amazonaws.com'
  AND event_name IN ('DeleteLink', 'DeleteSink')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
