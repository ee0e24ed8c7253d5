/*---
id: kms_key_policy_shared
title: KMS key policy lets another account in
severity: medium
status: stable
attack: [T1537, T1098]
practice: policy-conditions
description: >
  The key policy names a principal of another account. Sharing an encrypted snapshot or bucket needs exactly this,
  so it often comes a minute before data leaves; a key with a foreign administrator can also be taken away.
false_positives:
  - Sharing inside an organization or with a partner. Name those accounts in trusted_accounts.
respond:
  - Find out whose account it is and which actions it may do.
  - Look for snapshots, images or objects shared with the same account (hunt shared_images).
  - Put the former policy back (`aws kms put-key-policy`); rotate the caller's credentials if nobody knows about it.
references:
  - PutKeyPolicy, https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
  - Allowing users in other accounts to use a KMS key, https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'kms.amazonaws.com'
  AND event_name IN ('PutKeyPolicy', 'CreateKey', 'ReplicateKey')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Twelve digits that are neither this account nor trusted.
  AND regexp_like(
    regexp_replace(
      array_to_string(policy_principals(request_parameters ->> 'policy'), ' '),
      coalesce(recipient_account_id, user_account_id, '') || '|' || array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^| |::)[0-9]{12}'
  )
