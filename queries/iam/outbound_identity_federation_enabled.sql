/*---
id: outbound_identity_federation_enabled
title: Account made an identity provider for others
severity: low
status: stable
attack: [T1098, T1550.001]
practice: least-privilege
description: >
  From now on identities of this account can ask STS for signed tokens and sign in elsewhere with them. Useful for
  clouds and partners, and a way out that leaves no secret behind; it should be a decision, not a surprise.
false_positives:
  - A planned sign-in to another cloud or a partner.
respond:
  - Ask the caller which outside service trusts this account.
  - See who asks for tokens, GetWebIdentityToken of sts.amazonaws.com.
  - >
    Unexplained: `aws iam disable-outbound-web-identity-federation`.
references:
  - IAM API, https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'EnableOutboundWebIdentityFederation'
  AND error_code IS NULL
  AND error_message IS NULL
