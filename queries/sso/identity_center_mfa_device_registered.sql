/*---
id: identity_center_mfa_device_registered
title: MFA device registered in Identity Center
severity: low
status: stable
attack: [T1098.005, T1556.006]
practice: mfa
description: >
  A new device can now confirm a person's sign-ins to Identity Center. People do it with new phones; who is in with a
  stolen session does it to come back.
false_positives:
  - A new colleague or a new phone.
respond:
  - Ask the person whether the device is theirs.
  - Compare the address with the person's sign-ins (`trailhound query -f sign_in_timeline --param user=<name>`).
  - >
    If it isn't theirs: delete the device and the person's sessions in Identity Center, reset the password.
references:
  - MFA in IAM Identity Center, https://docs.aws.amazon.com/singlesignon/latest/userguide/enable-mfa.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('sso-directory.amazonaws.com', 'identitystore.amazonaws.com')
  AND event_name IN ('CompleteVirtualMfaDeviceRegistration', 'CompleteWebAuthnDeviceRegistration')
  AND error_code IS NULL
  AND error_message IS NULL
