/*---
id: ses_identity_policy_public
title: Sender identity of SES opened to everybody or to another account
severity: medium
status: stable
attack: [T1098, T1496.004]
practice: policy-conditions
description: >
  A sending policy lets others send mail in your name, from their own account: mail that passes all checks and that
  you never see.
false_positives:
  - A service provider that sends for you. Name its account in trusted_accounts.
respond:
  - Find out whose account it is.
  - >
    Take it away: `aws ses delete-identity-policy` or `aws sesv2 delete-email-identity-policy`.
  - Find out who called and what that principal did before.
references:
  - PutIdentityPolicy, https://docs.aws.amazon.com/ses/latest/APIReference/API_PutIdentityPolicy.html
  - Sending authorization, https://docs.aws.amazon.com/ses/latest/dg/sending-authorization.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ses.amazonaws.com'
  AND event_name IN ('PutIdentityPolicy', 'CreateEmailIdentityPolicy', 'UpdateEmailIdentityPolicy')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    policy_is_public(request_parameters ->> 'policy')
    OR regexp_like(
      regexp_replace(
        array_to_string(policy_principals(request_parameters ->> 'policy'), ' '),
        coalesce(recipient_account_id, user_account_id, '') || '|' || array_to_string($trusted_accounts, '|'), '', 'g'
      ),
      '(^| |::)[0-9]{12}'
    )
  )
