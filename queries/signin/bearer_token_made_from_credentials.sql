/*---
id: bearer_token_made_from_credentials
title: Bearer token made from AWS credentials
severity: low
status: stable
attack: [T1550.001, T1528]
practice: monitoring
description: >
  A key or session was exchanged for a bearer token, which works without signature for hours, wherever it is taken.
  Few programs need it so far; who stole a key gets a second, quieter one.
false_positives:
  - Programs of your own that use services by bearer token.
respond:
  - Ask the owner of the credential which program it was.
  - Look at where the credential was used (`trailhound query -f key_activity --param key=<key>`).
  - >
    If unexplained: deactivate the key or revoke the role's sessions, and revoke the token (`aws signin
    revoke-o-auth2-token-with-iam`).
references:
  - AWS Sign-In API, https://docs.aws.amazon.com/signin/latest/APIReference/
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name IN ('CreateBearerToken', 'CreateOAuth2TokenWithIAM', 'CreateOAuth2TokenWithTokenExchange')
  AND coalesce(user_invoked_by, '') = ''
  AND error_code IS NULL
  AND error_message IS NULL
