/*---
id: eventbridge_target_in_other_account
title: EventBridge rule sends events to another account
severity: medium
status: stable
attack: [T1537, T1020]
practice: policy-conditions
description: >
  Whatever the rule matches is delivered to another account from now on: findings, API calls, contents of an
  application's events.
false_positives:
  - Central event buses of an organization. Name those accounts in trusted_accounts.
respond:
  - Find out whose account the target is in.
  - >
    Remove it: `aws events remove-targets`.
  - See which events the rule matches, and tell those whose data it is.
references:
  - PutTargets, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'events.amazonaws.com'
  AND event_name = 'PutTargets'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  -- The account in the ARN of a target, unless it is this one or trusted.
  AND regexp_like(
    regexp_replace(
      request_parameters ->> 'targets', coalesce(recipient_account_id, user_account_id, '-') || '|' || array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '"arn"\s*:\s*"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:'
  )
