/*---
id: oidc_provider_created
title: Identity provider added that is not a usual one
severity: high
status: stable
attack: [T1484.002, T1098]
practice: monitoring
description: >
  Whoever runs the site in `url` can sign tokens for every role that trusts the new provider. Intruders add one of
  their own to keep coming back without passwords and keys.
false_positives:
  - A sign-in service of the company, a self-hosted GitLab, or another cloud.
respond:
  - Whose is the url in request_parameters?
  - Find roles that trust it (hunt `policy_changes`).
  - >
    Delete it if nobody knows: `aws iam delete-open-id-connect-provider --open-id-connect-provider-arn ARN`.
references:
  - CreateOpenIDConnectProvider, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
---*/
-- Clusters of EKS and the large CI services, which have one provider for all customers: oidc_provider_of_service_created.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateOpenIDConnectProvider'
  AND NOT regexp_like(
    coalesce(request_parameters ->> 'url', ''),
    '^(https://)?(oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/id/|oidc-eks\.[a-z0-9-]+\.api\.aws/id/|token\.actions\.githubusercontent\.com/?$|gitlab\.com/?$|app\.terraform\.io/?$|accounts\.google\.com/?$)'
  )
  -- Services and tools of deployment are identity_provider_created_by_tool.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND NOT coalesce(regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane'), false)
  AND error_code IS NULL
  AND error_message IS NULL
