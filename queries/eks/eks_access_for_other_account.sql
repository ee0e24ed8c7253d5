/*---
id: eks_access_for_other_account
title: A principal of another account was let into a Kubernetes cluster
severity: medium
status: stable
attack: [T1098.006, T1199]
practice: least-privilege
description: >
  Credentials of the other account now open the cluster. Nothing in your own account has to be kept for that, so
  it is a good back door.
false_positives:
  - A central operations account of your organization; put it into trusted_accounts.
respond:
  - Check whose account it is (principalArn).
  - If unknown, `aws eks delete-access-entry`.
  - Look at what it did in the cluster's audit log.
references:
  - CreateAccessEntry, https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'eks.amazonaws.com'
  AND event_name = 'CreateAccessEntry'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(replace(coalesce(request_parameters ->> 'principalArn', ''), '%3A', ':'), coalesce(recipient_account_id, user_account_id, ''), ''),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    ':[0-9]{12}:'
  )
