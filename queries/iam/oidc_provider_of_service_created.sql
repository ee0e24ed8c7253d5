/*---
id: oidc_provider_of_service_created
title: Builds or clusters can now be given roles
severity: low
status: stable
attack: [T1484.002]
practice: monitoring
description: >
  GitHub, GitLab, Terraform Cloud or a cluster of EKS was made an identity provider of this account. It opens
  nothing by itself; the trust policies of roles decide whose builds and pods come in.
false_positives:
  - Set-up of a pipeline or a cluster.
respond:
  - Find roles that trust it (hunt `policy_changes`).
  - See that each of them names the repository or service account.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - CreateOpenIDConnectProvider, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateOpenIDConnectProvider'
  AND regexp_like(
    request_parameters ->> 'url',
    '^(https://)?(oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/id/|oidc-eks\.[a-z0-9-]+\.api\.aws/id/|token\.actions\.githubusercontent\.com/?$|gitlab\.com/?$|app\.terraform\.io/?$|accounts\.google\.com/?$)'
  )
  AND error_code IS NULL
  AND error_message IS NULL
