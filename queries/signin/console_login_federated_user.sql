/*---
id: console_login_federated_user
title: Console opened with a federation token of an IAM user
severity: medium
status: stable
attack: [T1078.004, T1550.001]
practice: mfa
description: >
  GetFederationToken turns an IAM user's access key into a console session, without the user's password and MFA. Old
  single sign-on brokers do it; so does somebody who stole a key and wants the console, where the session outlives the
  key.
false_positives:
  - A federation broker of your own that signs people in with GetFederationToken.
respond:
  - >
    Find the IAM user behind it: session_issuer_arn, and the GetFederationToken call with the same federated name.
  - >
    Ask the owner of that user's access key, and look at where the key was used (`trailhound query -f key_activity
    --param key=<key>`).
  - >
    If unexplained: deactivate the key and deny the user everything by a policy, which stops the federated session as
    well.
references:
  - Enabling custom identity broker access to the console, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'ConsoleLogin'
  AND user_type = 'FederatedUser'
  AND lower(response_elements ->> 'ConsoleLogin') = 'success'
