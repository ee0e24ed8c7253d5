/*---
id: security_lake_disabled
title: Security Lake or one of its AWS sources removed
severity: high
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  Logs of all accounts come together in Security Lake: CloudTrail, flow logs, DNS, EKS audit. A source that is removed
  is missing for everybody who searches there.
false_positives:
  - A source that is given up to save money, by the team that owns the lake.
respond:
  - >
    Put it back: `aws securitylake create-data-lake`, `create-aws-log-source`; see sources in request_parameters.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - If nobody can explain it, revoke the caller's sessions and keys, and treat the account as entered.
references:
  - DeleteDataLake, https://docs.aws.amazon.com/security-lake/latest/APIReference/API_DeleteDataLake.html
  - DeleteAwsLogSource, https://docs.aws.amazon.com/security-lake/latest/APIReference/API_DeleteAwsLogSource.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'securitylake.amazonaws.com'
  AND event_name IN ('DeleteDataLake', 'DeleteAwsLogSource')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
