/*---
id: web_identity_trust_without_condition
title: Role trusts an identity provider without a condition
severity: high
status: stable
attack: [T1098.003, T1199]
practice: policy-conditions
description: >
  Whoever has a token of the provider can take the role: any pod of the cluster, or with Cognito, Google and the
  like any account of that service in the world. The condition on audience and subject is what makes the difference.
false_positives:
  - A provider that signs for nobody but this one role's users.
respond:
  - Add a condition on `aud` and `sub` of the provider to the trust policy.
  - Look at who took the role (event AssumeRoleWithWebIdentity) and revoke sessions that aren't yours.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - OIDC trust, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
---*/
-- The CI services are in ci_role_open_to_any_repository.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreateRole', 'UpdateAssumeRolePolicy')
  AND regexp_like(
    array_to_string(
      policy_principals(
        coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument')
      ), ','
    ),
    '(^|,)(cognito-identity\.amazonaws\.com|accounts\.google\.com|graph\.facebook\.com|www\.amazon\.com|arn:aws[^,]*:oidc-provider/)', 'i'
  )
  AND NOT regexp_like(
    coalesce(
      array_to_string(
        policy_principals(
          coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument')
        ), ','
      ),
      ''
    ),
    'oidc-provider/(token\.actions\.githubusercontent\.com|gitlab\.com|app\.terraform\.io)(,|$)', 'i'
  )
  -- Some statement has none: with the braces of principals and of empty conditions gone, it has no brace inside.
  AND (
    NOT regexp_like(
      coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument', ''),
      '"Condition"|%22Condition%22', 'i'
    )
    OR regexp_like(
      regexp_replace(
        regexp_replace(
          coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument'),
          '"Principal"\s*:\s*\{([^{}]*)\}', '"Principal":[\1]', 'gi'
        ),
        '\{\s*\}|\{[^{}]*"Effect"\s*:\s*"Deny"[^{}]*\}', '', 'gi'
      ),
      '\{[^{}]*AssumeRoleWithWebIdentity[^{}]*\}',
      'i'
    )
  )
  AND error_code IS NULL
  AND error_message IS NULL
