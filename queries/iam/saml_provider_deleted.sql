/*---
id: saml_provider_deleted
title: SAML identity provider deleted
severity: medium
status: stable
attack: [T1531, T1484.002]
practice: monitoring
description: >
  Nobody can sign in through the provider any more. It is the end of a migration, or somebody locking the owners
  out.
false_positives:
  - Tidying up after a change of the sign-in service.
respond:
  - Ask the team that looks after sign-in.
  - >
    Put it back if it wasn't meant: `aws iam create-saml-provider`; roles refer to it by its ARN, so the same
    name is enough.
  - Look at what else the caller deleted (`trailhound query -f principal_timeline`).
references:
  - DeleteSAMLProvider, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteSAMLProvider.html
  - SAML federation, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_saml.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'DeleteSAMLProvider'
  -- Identity Center keeps one in each account by itself.
  AND (user_invoked_by IS DISTINCT FROM 'sso.amazonaws.com')
  AND coalesce(session_issuer_user_name, '') <> 'AWSServiceRoleForSSO'
  AND error_code IS NULL
  AND error_message IS NULL
