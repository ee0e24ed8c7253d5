/*---
id: identity_center_mfa_failed
title: MFA check of an Identity Center user failed
severity: low
status: stable
attack: [T1078.004, T1110.001]
practice: mfa
description: >
  Identity Center asks for the second factor after the password was right. A factor that fails is a mistyped
  code or somebody who has the password; several in a row deserve a call to the user.
false_positives:
  - A mistyped or expired code, a device whose clock is off, a security key of another site.
respond:
  - >
    Follow AuthWorkflowID in additional_event_data: the same sign-in's challenge, later attempts and, if any, success.
  - Find the user (the failure itself may hide the name) and ask whether it was them.
  - >
    If not: reset the password, end the user's sessions, check which MFA devices are registered.
references:
  - IAM Identity Center sign-in events, https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html
---*/
-- First factors are left out by name, so that a kind of second factor unknown here still counts.
SELECT * FROM cloudtrail
WHERE event_name = 'CredentialVerification'
  AND event_source = 'signin.amazonaws.com'
  AND lower(service_event_details ->> 'CredentialVerification') = 'failure'
  AND upper(coalesce(additional_event_data ->> 'CredentialType', 'PASSWORD'))
    NOT IN ('PASSWORD', 'EXTERNAL_IDP', 'SMARTCARD')
