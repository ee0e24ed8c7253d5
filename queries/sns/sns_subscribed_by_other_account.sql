/*---
id: sns_subscribed_by_other_account
title: Queue, stream or function of another account subscribed to an SNS topic
severity: medium
status: stable
attack: [T1567, T1537]
practice: policy-conditions
description: >
  Everything published to the topic is delivered to another account from now on, without any further call that could
  be seen.
false_positives:
  - Event buses and log collection inside an organization. Name those accounts in trusted_accounts.
respond:
  - Find out whose account the endpoint belongs to.
  - >
    Remove it: `aws sns unsubscribe --subscription-arn ARN`.
  - See what is published to the topic, and tell those whose data it is.
references:
  - Subscribe, https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sns.amazonaws.com'
  AND event_name = 'Subscribe'
  AND error_code IS NULL
  AND error_message IS NULL
  AND split_part(coalesce(request_parameters ->> 'endpoint', ''), ':', 1) = 'arn'
  AND coalesce(split_part(request_parameters ->> 'endpoint', ':', 5), '') NOT IN ('', coalesce(recipient_account_id, ''))
  AND NOT coalesce(array_has($trusted_accounts, split_part(request_parameters ->> 'endpoint', ':', 5)), false)
