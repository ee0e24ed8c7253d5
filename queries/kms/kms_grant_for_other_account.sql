/*---
id: kms_grant_for_other_account
title: KMS grant given to another account
severity: medium
status: stable
attack: [T1098, T1537]
practice: policy-conditions
description: >
  A grant lets its holder use a key without any change of the key policy, so reviews of policies don't see it. This
  one was given to a principal of another account.
false_positives:
  - Sharing encrypted images and snapshots inside an organization. Name those accounts in trusted_accounts.
respond:
  - Find out whose account it is (granteePrincipal) and what it may do (operations).
  - >
    Take it back: `aws kms revoke-grant --key-id ID --grant-id ID`.
  - Look for shared snapshots and images, and for uses of the key by that account (hunt kms_decrypts_by_key).
references:
  - CreateGrant, https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'kms.amazonaws.com'
  AND event_name = 'CreateGrant'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  -- Account or principal; services by name have no twelve digits.
  AND regexp_like(
    regexp_replace(
      request_parameters ->> 'granteePrincipal', coalesce(recipient_account_id, user_account_id, '') || '|' || array_to_string($trusted_accounts, '|'),
      '', 'g'
    ),
    '(^|::)[0-9]{12}'
  )
