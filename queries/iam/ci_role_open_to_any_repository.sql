/*---
id: ci_role_open_to_any_repository
title: Role can be taken by builds of anybody
severity: high
status: stable
attack: [T1098.003, T1199, T1078.004]
practice: policy-conditions
description: >
  GitHub, GitLab and Terraform Cloud sign tokens for all their customers. A trust policy that doesn't say whose
  repository, or says it with a wildcard in front, lets a stranger's build take the role.
false_positives:
  - A gateway in front that checks the repository; hardly ever seen.
respond:
  - Name organisation and repository in the condition on `sub`, such as repo:example/app:ref:refs/heads/main.
  - >
    Look at the role's sessions (event AssumeRoleWithWebIdentity): user_name holds the repository of each.
  - Revoke the role's sessions if one is none of yours.
references:
  - OIDC trust, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
  - UpdateAssumeRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreateRole', 'UpdateAssumeRolePolicy')
  AND regexp_like(
    array_to_string(
      policy_principals(
        coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument')
      ), ','
    ),
    'oidc-provider/(token\.actions\.githubusercontent\.com|gitlab\.com|app\.terraform\.io)(,|$)', 'i'
  )
  AND (
    NOT regexp_like(
      coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument', ''),
      '(githubusercontent\.com|gitlab\.com|app\.terraform\.io)(/[^":]*)?(:|%3A)(sub|repository|job_workflow|project_|namespace_|terraform_)', 'i'
    )
    OR regexp_like(
      coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument'),
      '(com|io)(/[^":]*)?:sub"\s*:\s*(\[[^\]]*)?"(\*|(repo|project_path|organization):\*)', 'i'
    )
    -- Some statement has none: with the braces of principals and of empty conditions gone, it has no brace inside.
    OR regexp_like(
      regexp_replace(
        regexp_replace(
          coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument'),
          '"Principal"\s*:\s*\{([^{}]*)\}', '"Principal":[\1]', 'gi'
        ),
        '\{\s*\}|\{[^{}]*"Effect"\s*:\s*"Deny"[^{}]*\}', '', 'gi'
      ),
      '\{[^{}]*oidc-provider[^{}]*AssumeRoleWithWebIdentity[^{}]*\}',
      'i'
    )
  )
  AND error_code IS NULL
  AND error_message IS NULL
