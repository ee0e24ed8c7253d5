/*---
id: log_forwarding_removed
title: Log subscription or delivery removed
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  A subscription filter or a delivery carries logs on to a SIEM, a bucket or another account. Without it the log goes
  on being written, and nobody who should read it does.
false_positives:
  - A subscription that is replaced by another one the same day.
  - A project that is torn down.
respond:
  - >
    List what is left: `aws logs describe-subscription-filters`, `describe-deliveries`, `describe-account-policies`;
    put it back.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Read the log of the missing time in CloudWatch Logs itself.
references:
  - DeleteSubscriptionFilter, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteSubscriptionFilter.html
  - DeleteDestination, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDestination.html
  - DeleteDelivery, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDelivery.html
  - DeleteAccountPolicy, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteAccountPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'logs.amazonaws.com'
  AND event_name IN (
    'DeleteSubscriptionFilter', 'DeleteDestination', 'DeleteDelivery', 'DeleteDeliverySource',
    'DeleteDeliveryDestination', 'DeleteAccountPolicy'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND ((event_name IS DISTINCT FROM 'DeleteAccountPolicy') OR request_parameters ->> 'policyType' = 'SUBSCRIPTION_FILTER_POLICY')
