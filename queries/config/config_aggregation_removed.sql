/*---
id: config_aggregation_removed
title: AWS Config data no longer gathered centrally
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  The aggregator shows the resources of all accounts in one place. Without it, or without an account's consent to it,
  the central team sees nothing of that account.
false_positives:
  - Accounts that are closed; an aggregator that is replaced by one of the whole organization.
respond:
  - >
    List what is left: `aws configservice describe-configuration-aggregators`, `describe-aggregation-authorizations`.
  - Put it back, and check that the recorder of the account still runs.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeleteConfigurationAggregator, https://docs.aws.amazon.com/config/latest/APIReference/API_DeleteConfigurationAggregator.html
  - DeleteAggregationAuthorization, https://docs.aws.amazon.com/config/latest/APIReference/API_DeleteAggregationAuthorization.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'config.amazonaws.com'
  AND event_name IN ('DeleteConfigurationAggregator', 'DeleteAggregationAuthorization')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
