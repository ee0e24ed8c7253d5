/*---
id: logs_forwarded_to_other_account
title: Logs forwarded to another account
severity: medium
status: stable
attack: [T1537, T1530]
practice: monitoring
description: >
  A subscription or delivery sends all that is logged to a destination in another account, from now on. Logs hold secrets
  and customer data. Accounts where your own logs come together belong into trusted_accounts.
false_positives:
  - Central logging whose account is not in trusted_accounts yet.
respond:
  - >
    Whose account is in destinationArn? If it is not yours: `aws logs delete-subscription-filter`.
  - >
    See which groups send there: `aws logs describe-subscription-filters`, and account policies.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - PutSubscriptionFilter, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
  - PutAccountPolicy, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'logs.amazonaws.com'
  AND event_name IN ('PutSubscriptionFilter', 'PutAccountPolicy', 'CreateDelivery')
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    coalesce(
      request_parameters ->> 'destinationArn', request_parameters ->> 'deliveryDestinationArn', request_parameters ->> 'policyDocument', ''
    ),
    ':(logs|kinesis|firehose|lambda):[a-z0-9-]*:[0-9]{12}:'
  )
  AND regexp_replace(
    coalesce(
      request_parameters ->> 'destinationArn', request_parameters ->> 'deliveryDestinationArn', request_parameters ->> 'policyDocument', ''
    ),
    '(?s)^.*?:(?:logs|kinesis|firehose|lambda):[a-z0-9-]*:([0-9]{12}):.*$', '\1'
  ) <> coalesce(recipient_account_id, user_account_id, '')
  AND NOT regexp_replace(
    coalesce(
      request_parameters ->> 'destinationArn', request_parameters ->> 'deliveryDestinationArn', request_parameters ->> 'policyDocument', ''
    ),
    '(?s)^.*?:(?:logs|kinesis|firehose|lambda):[a-z0-9-]*:([0-9]{12}):.*$', '\1'
  ) IN ($trusted_accounts)
