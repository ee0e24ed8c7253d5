/*---
id: cloudtrail_log_group_deleted
title: Log group or stream with the logs of CloudTrail deleted
severity: high
status: stable
attack: [T1070, T1562.008, T1485]
practice: monitoring
description: >
  CloudTrail's copy in CloudWatch Logs is gone, and with it the alarms that hang on it; new calls no longer arrive
  there. Groups with CloudTrail, GuardDuty or SIEM in their name are meant. Stacks that take away their own groups are
  left out.
false_positives:
  - A trail that is given up or moved, in a planned change.
respond:
  - Make the group again under the same name, with its metric filters and subscriptions; see that the trail writes to
    it (`aws cloudtrail get-trail-status`).
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
  AND regexp_like(coalesce(request_parameters ->> 'logGroupName', ''), '(?i)(cloud-?trail|guard-?duty|siem)')
