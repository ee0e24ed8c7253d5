/*---
id: oidc_provider_changed
title: Identity provider accepts another application or certificate
severity: medium
status: stable
attack: [T1484.002, T1098]
practice: monitoring
description: >
  Tokens for another application (client id), or from a site with another certificate, are good for the roles that
  trust this provider now.
false_positives:
  - A provider's certificate is renewed; Terraform updates thumbprints by itself.
respond:
  - Is the client id or thumbprint in request_parameters yours?
  - >
    Take it out if not: `aws iam remove-client-id-from-open-id-connect-provider`.
  - Look at AssumeRoleWithWebIdentity events since then.
references:
  - AddClientIDToOpenIDConnectProvider, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html
  - UpdateOpenIDConnectProviderThumbprint, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateOpenIDConnectProviderThumbprint.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('AddClientIDToOpenIDConnectProvider', 'UpdateOpenIDConnectProviderThumbprint')
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
