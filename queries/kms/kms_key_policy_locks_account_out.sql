/*---
id: kms_key_policy_locks_account_out
title: KMS key policy that shuts its own account out
severity: high
status: stable
attack: [T1486, T1098]
practice: policy-conditions
description: >
  The new policy lets nobody of the account in that owns the key, or was set with the safety check against that
  switched off. Whoever holds the data to ransom does this: the key still exists, but nobody here can use or change
  it.
false_positives:
  - Keys of high security that only one service or a break-glass account may use.
respond:
  - >
    Read the policy in request_parameters: who can still change it?
  - If nobody can, open a support case with AWS at once; they can restore access to a key.
  - Find out who called; stop that principal before it does the same to other keys.
references:
  - PutKeyPolicy, https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
  - Key policies and the lockout safety check, https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'kms.amazonaws.com'
  AND event_name IN ('PutKeyPolicy', 'CreateKey', 'ReplicateKey')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    lower(request_parameters ->> 'bypassPolicyLockoutSafetyCheck') = 'true'
    -- Everybody includes the account. Principals by unique id (AROA…) are taken for its own.
    OR NOT coalesce(
      regexp_like(
        array_to_string(policy_principals(request_parameters ->> 'policy'), ' '),
        '(^| )(\*|A[A-Z]{3}[A-Z0-9]{12,})( |$)|' || recipient_account_id
      ),
      true
    )
  )
