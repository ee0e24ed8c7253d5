/*---
id: cognito_guest_credentials
title: Guest got credentials from an identity pool
severity: info
status: stable
attack: [T1078.004]
practice: least-privilege
description: >
  Somebody who didn't sign in got credentials of a pool's guest role. Each visitor of an app that works without
  signing in does; it is where a hunt begins when the guest role does more than it should.
false_positives:
  - Apps that work without signing in.
respond:
  - Follow the new key (response_elements credentials accessKeyId) with hunt key_activity.
  - Compare the addresses with those of the app's visitors.
  - >
    If guests aren't meant: `aws cognito-identity update-identity-pool --no-allow-unauthenticated-identities`.
references:
  - GetCredentialsForIdentity, https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetCredentialsForIdentity.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cognito-identity.amazonaws.com'
  AND event_name = 'GetCredentialsForIdentity'
  -- who signed in sends the proof in logins
  AND coalesce(request_parameters ->> 'logins', '{}') = '{}'
  AND error_code IS NULL
  AND error_message IS NULL
