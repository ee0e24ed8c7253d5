/*---
id: federation_token_created
title: Federated session created with GetFederationToken
severity: low
status: stable
attack: [T1550.001, T1078.004]
practice: rotate-credentials
description: >
  A user's long-term key was traded for a session of up to 36 hours that can open the console and goes on when the
  key is withdrawn. Old sign-in brokers work that way; hardly anything new does.
false_positives:
  - A home-grown broker for console access, or a program that hands out narrow access to files.
respond:
  - >
    Look at what the new key did (response_elements credentials accessKeyId), with hunt key_activity, and at console
    sign-ins of that federated user.
  - Ask the owner of the calling key.
  - >
    Unexplained: attach a deny-all policy to the user itself, which ends the federated sessions too; deactivating
    its key doesn't.
references:
  - GetFederationToken, https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'GetFederationToken'
  AND error_code IS NULL
  AND error_message IS NULL
