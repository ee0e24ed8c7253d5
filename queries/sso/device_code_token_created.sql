/*---
id: device_code_token_created
title: Identity Center token handed out for a device code
severity: low
status: stable
attack: [T1528, T1566.002]
practice: mfa
description: >
  Somebody approved a device code, and a command line got the user's access to all accounts, MFA included. Phishers
  send such a code and wait for the click; the address here is that of whoever receives the token.
false_positives:
  - >
    `aws sso login --use-device-code` and older command lines.
respond:
  - >
    Compare source_ip_address with the address of the user's own browser sign-in (UserAuthentication) a minute
    before.
  - Ask the user whether they started a command line then.
  - >
    If not: end the user's sessions in Identity Center and look at what GetRoleCredentials of the user brought.
references:
  - CreateToken, https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('sso.amazonaws.com', 'sso-oauth.amazonaws.com')
  AND event_name = 'CreateToken'
  AND request_parameters ->> 'grantType' = 'urn:ietf:params:oauth:grant-type:device_code'
  AND error_code IS NULL
  AND error_message IS NULL
