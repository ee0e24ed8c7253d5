/*---
id: cognito_guests_allowed
title: Identity pool hands credentials to anybody
severity: medium
status: stable
attack: [T1078.004, T1098]
practice: least-privilege
description: >
  With guest access on, everybody on the internet who knows the pool's id gets AWS credentials of the pool's guest
  role. The id stands in the code of every web page and app that uses it.
false_positives:
  - An app that is meant to work without signing in, with a narrow guest role.
respond:
  - Look at the guest role (`aws cognito-identity get-identity-pool-roles`) and what it may do.
  - Ask the owner of the app whether guests are meant.
  - >
    If not: `aws cognito-identity update-identity-pool --no-allow-unauthenticated-identities`.
references:
  - Identity pools, https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html
  - CreateIdentityPool, https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CreateIdentityPool.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cognito-identity.amazonaws.com'
  AND event_name IN ('CreateIdentityPool', 'UpdateIdentityPool')
  AND lower(request_parameters ->> 'allowUnauthenticatedIdentities') = 'true'
  AND error_code IS NULL
  AND error_message IS NULL
