/*---
id: identity_provider_created_by_tool
title: Deployment tool added an identity provider
severity: medium
status: stable
attack: [T1484.002, T1098]
practice: monitoring
description: >
  CloudFormation, Terraform or the like added a SAML provider, or an OIDC provider that is none of the usual services.
  Whoever holds its key can sign tokens for every role that trusts it. Account factories do this for each new account.
false_positives:
  - The company's sign-in service set up in a new account.
  - A self-hosted GitLab, or another cloud.
respond:
  - >
    Whose is it? See url or the entityID of the metadata in request_parameters, and compare with other accounts.
  - Find roles that trust it (hunt `policy_changes`).
  - >
    Delete it if nobody knows: `aws iam delete-open-id-connect-provider` or `delete-saml-provider`; then look at who
    changed the stack or the code.
references:
  - CreateOpenIDConnectProvider, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
  - CreateSAMLProvider, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html
---*/
-- By hand it is saml_provider_created or oidc_provider_created.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreateSAMLProvider', 'CreateOpenIDConnectProvider')
  AND (
    -- Identity Center keeps a provider in each account by itself; the console of old is written as a service.
    coalesce(user_invoked_by, 'signin.amazonaws.com') NOT IN ('signin.amazonaws.com', 'sso.amazonaws.com')
    OR regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane')
  )
  -- clusters of EKS and the large CI services: oidc_provider_of_service_created
  AND NOT regexp_like(
    coalesce(request_parameters ->> 'url', ''),
    '^(https://)?(oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/id/|oidc-eks\.[a-z0-9-]+\.api\.aws/id/|token\.actions\.githubusercontent\.com/?$|gitlab\.com/?$|app\.terraform\.io/?$|accounts\.google\.com/?$)'
  )
  AND error_code IS NULL
  AND error_message IS NULL
