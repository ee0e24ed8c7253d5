/*---
id: security_log_group_deleted
title: Log group or stream with security logs deleted
severity: medium
status: stable
attack: [T1070, T1562.008, T1485]
practice: monitoring
description: >
  What was held there is gone for good. Groups with a name that says so (audit, flow logs, WAF, DNS, EKS control plane,
  session manager, firewall, security) are meant; CloudTrail's are cloudtrail_log_group_deleted, others a signal of low
  severity. Stacks that take away their own groups are left out.
false_positives:
  - A project or cluster that is torn down, with its logs.
respond:
  - If what wrote there still runs, make the group again under the same name, so that new logs arrive.
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
  AND regexp_like(coalesce(request_parameters ->> 'logGroupName', ''), '(?i)(audit|flow-?log|vpc-?flow|security|waf|dns-?quer|route-?53|/aws/eks/.*/cluster|session-?manager|firewall)')
  AND NOT regexp_like(coalesce(request_parameters ->> 'logGroupName', ''), '(?i)(cloud-?trail|guard-?duty|siem)')
