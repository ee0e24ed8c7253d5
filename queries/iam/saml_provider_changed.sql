/*---
id: saml_provider_changed
title: Metadata of a SAML identity provider replaced
severity: medium
status: stable
attack: [T1484.002, T1606.002]
practice: monitoring
description: >
  The certificate that sign-ins are checked with may be another one now. Whoever has its key can sign in as anybody
  into the roles that trust the provider, and the provider keeps its name.
false_positives:
  - Certificates of the sign-in service run out every few years and are replaced.
respond:
  - Compare the certificate and entityID in request_parameters with those of your sign-in service.
  - Ask the team that looks after it whether they changed it.
  - Look at AssumeRoleWithSAML events since then.
references:
  - UpdateSAMLProvider, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSAMLProvider.html
  - SAML federation, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_saml.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateSAMLProvider'
  -- Identity Center keeps one in each account by itself.
  AND (user_invoked_by IS DISTINCT FROM 'sso.amazonaws.com')
  AND coalesce(session_issuer_user_name, '') <> 'AWSServiceRoleForSSO'
  AND error_code IS NULL
  AND error_message IS NULL
