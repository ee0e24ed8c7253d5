/*---
id: redshift_audit_log_disabled
title: Audit log of a Redshift cluster turned off
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  Who connects to the warehouse, and what they ask, is no longer written down.
false_positives:
  - >
    A log that moves from S3 to CloudWatch: EnableLogging follows.
respond:
  - >
    Turn it on again: `aws redshift enable-logging`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look in the system tables (STL_CONNECTION_LOG) for what the log missed.
references:
  - DisableLogging, https://docs.aws.amazon.com/redshift/latest/APIReference/API_DisableLogging.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'redshift.amazonaws.com'
  AND event_name = 'DisableLogging'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
