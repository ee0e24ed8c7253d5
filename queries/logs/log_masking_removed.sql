/*---
id: log_masking_removed
title: Masking of sensitive data in logs removed
severity: medium
status: stable
attack: [T1562.008, T1552.001]
practice: monitoring
description: >
  A data protection policy hides secrets and personal data in log groups. Once it is deleted, what comes in from then
  on can be read in clear by everybody who reads logs.
false_positives:
  - A policy that is replaced by one for the whole account.
respond:
  - >
    Put the policy back: `aws logs put-data-protection-policy`, `put-account-policy`.
  - >
    See who read the group since: GetLogEvents, FilterLogEvents, StartQuery.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeleteDataProtectionPolicy, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDataProtectionPolicy.html
  - DeleteAccountPolicy, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteAccountPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'logs.amazonaws.com'
  AND event_name IN ('DeleteDataProtectionPolicy', 'DeleteAccountPolicy')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (event_name = 'DeleteDataProtectionPolicy' OR request_parameters ->> 'policyType' = 'DATA_PROTECTION_POLICY')
