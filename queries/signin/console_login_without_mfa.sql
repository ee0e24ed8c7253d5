/*---
id: console_login_without_mfa
title: IAM user signed in to the console without MFA
severity: medium
status: stable
attack: [T1078.004]
practice: mfa
description: >
  An IAM user signed in with a password alone. Whoever learns that password is in; MFA is the one
  protection that a stolen password doesn't carry with it.
false_positives:
  - A new user's first sign-in, made to register an MFA device.
respond:
  - Ask the user whether it was them, from that address.
  - Require MFA by policy (a deny unless aws:MultiFactorAuthPresent) and have the user register a device.
  - >
    If it wasn't the user: change the password and look at what the session did.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
---*/
-- Only IAM users: for federated sign-ins MFAUsed is always No, since the identity provider's MFA is invisible to AWS.
-- Root is root_login_without_mfa.
SELECT * FROM cloudtrail
WHERE event_name = 'ConsoleLogin'
  AND event_source = 'signin.amazonaws.com'
  AND user_type = 'IAMUser'
  AND lower(response_elements ->> 'ConsoleLogin') = 'success'
  -- 'Yes' and 'YES' both occur
  AND lower(coalesce(additional_event_data ->> 'MFAUsed', '')) <> 'yes'
