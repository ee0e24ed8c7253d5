/*---
id: github_role_assumed_by_other_owner
title: GitHub workflow of another owner assumed a role
severity: high
status: stable
attack: [T1199, T1078.004]
practice: policy-conditions
description: >
  A workflow of a GitHub owner that isn't yours got a role here. The trust policy doesn't check the subject of the
  token, or checks it with a wildcard that fits anybody's repository.
false_positives:
  - A new organization of yours on GitHub that isn't on the list yet.
respond:
  - >
    Read the subject in user_name, and the trust policy of the role in request_parameters (condition on
    token.actions.githubusercontent.com:sub).
  - List what the session did, by the new key in response_elements, with hunt key_activity.
  - Narrow the condition to your repositories and revoke the role's sessions.
references:
  - AssumeRoleWithWebIdentity, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
  - GitHub as OIDC provider, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
params:
  github_owners:
    type: text[]
    required: true
    description: your users and organizations on GitHub, in lower case
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRoleWithWebIdentity'
  AND coalesce(user_identity_provider, '') LIKE '%token.actions.githubusercontent.com'
  -- repo:owner/name:… or repo:owner@id/name@id:…
  AND lower(coalesce(regexp_match(user_name, '^repo:([^/@:]+)')[1], '')) NOT IN ($github_owners)
  AND error_code IS NULL
  AND error_message IS NULL
