/*---
id: secret_policy_shared
title: Secret policy lets another account in
severity: medium
status: stable
attack: [T1555.006, T1098]
practice: policy-conditions
description: >
  The resource policy of a secret names a principal of another account. Whoever sits there can read the secret, also
  after it was changed and after the caller's credential is gone.
false_positives:
  - Sharing inside an organization or with a partner. Name those accounts in trusted_accounts.
respond:
  - Find out whose account it is.
  - Take it out (`aws secretsmanager put-resource-policy` with the former policy) and change the secret's value.
  - Find out who called and what that principal did before; rotate its credentials.
references:
  - PutResourcePolicy, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'secretsmanager.amazonaws.com'
  AND event_name = 'PutResourcePolicy'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Twelve digits that are neither this account nor trusted.
  AND regexp_like(
    regexp_replace(
      array_to_string(policy_principals(request_parameters ->> 'resourcePolicy'), ' '),
      coalesce(recipient_account_id, user_account_id, '') || '|' || array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^| |::)[0-9]{12}'
  )
