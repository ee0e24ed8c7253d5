/*---
id: saml_provider_created
title: SAML identity provider added
severity: high
status: stable
attack: [T1484.002, T1098]
practice: monitoring
description: >
  Whoever holds the key of the new provider can sign in as anybody, into every role that trusts it. Intruders add
  one of their own to keep coming back without passwords and keys.
false_positives:
  - A company changes or adds its sign-in service; a planned change of a few days.
respond:
  - >
    Read the metadata in request_parameters: whose entityID and certificate is it?
  - Find roles that trust it (hunt `policy_changes`, UpdateAssumeRolePolicy and CreateRole with its ARN).
  - >
    Delete it if nobody knows: `aws iam delete-saml-provider --saml-provider-arn ARN`.
references:
  - CreateSAMLProvider, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html
  - SAML federation, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_saml.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateSAMLProvider'
  -- Identity Center keeps one in each account by itself.
  AND coalesce(session_issuer_user_name, '') <> 'AWSServiceRoleForSSO'
  -- Services and tools of deployment are identity_provider_created_by_tool.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND NOT coalesce(regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane'), false)
  AND error_code IS NULL
  AND error_message IS NULL
