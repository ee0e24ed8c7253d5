/*---
id: identity_center_mfa_settings_changed
title: MFA settings of Identity Center changed
severity: medium
status: stable
attack: [T1556.006]
practice: mfa
description: >
  The settings say when Identity Center asks for MFA and what happens to users without a device, for everybody at
  once. Turned off, every stolen password opens the accounts.
false_positives:
  - The owner of Identity Center makes the settings stricter.
respond:
  - >
    Open Identity Center, Settings, Authentication, and compare with what they should be; CloudTrail may not show the
    values.
  - Ask the caller whether it was planned.
  - >
    If unexplained: put the settings back, revoke the caller's sessions, look at sign-ins since (rule
    identity_center_signed_in).
references:
  - MFA in IAM Identity Center, https://docs.aws.amazon.com/singlesignon/latest/userguide/enable-mfa.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('sso.amazonaws.com', 'sso-directory.amazonaws.com')
  AND event_name IN ('PutMfaDeviceManagementForDirectory', 'UpdateMfaDeviceManagementForDirectory')
  AND error_code IS NULL
  AND error_message IS NULL
