/*---
id: trusted_token_issuer_set
title: Identity Center trusts tokens of another issuer
severity: medium
status: stable
attack: [T1484.002, T1556]
practice: monitoring
description: >
  Applications can exchange tokens of this issuer for an identity in Identity Center. Whoever runs the issuer can
  name any user in them.
false_positives:
  - Set-up of trusted identity propagation for analytics applications.
respond:
  - Whose is the issuerUrl in request_parameters?
  - >
    See the applications that use it: `aws sso-admin list-applications`.
  - >
    Delete it if nobody knows: `aws sso-admin delete-trusted-token-issuer`.
references:
  - CreateTrustedTokenIssuer, https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateTrustedTokenIssuer.html
  - UpdateTrustedTokenIssuer, https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_UpdateTrustedTokenIssuer.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sso.amazonaws.com'
  AND event_name IN ('CreateTrustedTokenIssuer', 'UpdateTrustedTokenIssuer')
  AND error_code IS NULL
  AND error_message IS NULL
