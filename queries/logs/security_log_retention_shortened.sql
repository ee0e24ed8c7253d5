/*---
id: security_log_retention_shortened
title: Security logs are kept for a few days only
severity: medium
status: stable
attack: [T1070, T1562.008]
practice: monitoring
description: >
  CloudWatch Logs deletes what is older than the retention. A short one wipes the past of the group within a day or
  two, quietly and for good. Log groups with a name that says so (CloudTrail, audit, flow logs, WAF, DNS, EKS control
  plane, firewall, security) are meant.
false_positives:
  - Saving money on a group whose logs also go to S3 or to a SIEM.
respond:
  - >
    Set it back now, deletion takes up to 72 hours: `aws logs put-retention-policy`, or `delete-retention-policy` to
    keep all.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - >
    Look for copies: subscriptions, exports to S3, the SIEM.
references:
  - PutRetentionPolicy, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
params:
  min_days:
    type: int
    default: 30
    description: fewer days than these are too few
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'logs.amazonaws.com'
  AND event_name = 'PutRetentionPolicy'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND TRY_CAST(request_parameters ->> 'retentionInDays' AS BIGINT) < $min_days
  AND regexp_like(coalesce(request_parameters ->> 'logGroupName', ''), '(?i)(cloud-?trail|audit|flow-?log|vpc-?flow|security|guard-?duty|waf|siem|dns-?quer|route-?53|/aws/eks/.*/cluster|session-?manager|firewall)')
