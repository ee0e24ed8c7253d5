/*---
id: ecr_replication_to_other_account
title: Container images are replicated to another account
severity: medium
status: stable
attack: [T1537]
practice: least-privilege
description: >
  Every image pushed from now on is copied to the other account. One call, and no pull is ever seen.
false_positives:
  - Replication inside your organization to accounts that are not in trusted_accounts.
respond:
  - Check whose account it is (registryId in request_parameters).
  - If unknown, put an empty configuration.
  - See what was pushed since; replace the secrets in it.
references:
  - Replication, https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecr.amazonaws.com'
  AND event_name = 'PutReplicationConfiguration'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(coalesce(request_parameters, ''), coalesce(recipient_account_id, user_account_id, ''), ''),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '"registryId"\s*:\s*"[0-9]{12}"'
  )
