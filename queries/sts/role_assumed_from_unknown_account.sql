/*---
id: role_assumed_from_unknown_account
title: Role assumed from an account that isn't on the list
severity: high
status: stable
attack: [T1199, T1078.004]
practice: least-privilege
description: >
  Somebody of another AWS account took a role of this one, and that account is neither yours nor that of a known
  vendor. Either a trust policy lets in more than was meant, or somebody put their own account into it.
false_positives:
  - A new vendor or a new account of the organization that isn't on the list yet.
respond:
  - >
    Look at the trust policy of the role in request_parameters, and at who changed it (UpdateAssumeRolePolicy,
    CreateRole).
  - List what the session did, by the new key in response_elements, with hunt key_activity.
  - >
    Unexplained: take the account out of the trust policy and revoke the role's sessions.
references:
  - AssumeRole, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
params:
  trusted_accounts:
    type: text[]
    required: true
    description: ids of the accounts whose identities may take roles here, your own and vendors'
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRole'
  -- so the caller of another account appears in the record of the role's account
  AND user_type = 'AWSAccount'
  AND (user_account_id IS DISTINCT FROM recipient_account_id)
  AND coalesce(user_account_id, '') NOT IN ($trusted_accounts)
  AND coalesce(user_invoked_by, '') = ''
  AND error_code IS NULL
  AND error_message IS NULL
