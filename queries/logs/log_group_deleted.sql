/*---
id: log_group_deleted
title: Log group or stream deleted
severity: low
status: stable
attack: [T1070, T1562.008]
practice: monitoring
description: >
  What it held is gone. It is everyday work in projects that come and go, and how an intruder wipes what a function or
  host of theirs has written. Groups with security logs have rules of their own.
false_positives:
  - Developers, pipelines and tools that tidy up.
respond:
  - Find out what wrote to it and whether that still runs.
  - >
    Look for copies: subscriptions, exports to S3, the SIEM.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeleteLogGroup, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
  - DeleteLogStream, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'logs.amazonaws.com'
  AND event_name IN ('DeleteLogGroup', 'DeleteLogStream')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND NOT regexp_like(coalesce(request_parameters ->> 'logGroupName', ''), '(?i)(cloud-?trail|audit|flow-?log|vpc-?flow|security|guard-?duty|waf|siem|dns-?quer|route-?53|/aws/eks/.*/cluster|session-?manager|firewall)')
