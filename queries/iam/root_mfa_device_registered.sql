/*---
id: root_mfa_device_registered
title: MFA device registered for the root user
severity: medium
status: stable
attack: [T1098.005, T1556.006]
practice: mfa
description: >
  A new device can now confirm sign-ins as root. That is good when the owner did it, and a lock on the owner's door
  when an intruder in a root session did: with their own device they stay.
false_positives:
  - Root gets its first device, or one more, as it should.
respond:
  - Ask the keeper of the root credentials whether the device is theirs.
  - List root's devices (sign in as root, or `aws iam list-virtual-mfa-devices`) and compare serial numbers.
  - >
    If it isn't theirs: remove the device, change the password, look at what root did (`trailhound query -f
    root_trail`).
references:
  - MFA for the root user, https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html
  - EnableMFADevice, https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'EnableMFADevice'
  AND (
    upper(request_parameters ->> 'userName') = 'AWS ROOT USER'
    OR user_type = 'Root' AND coalesce(request_parameters ->> 'userName', '') = ''
  )
  AND error_code IS NULL
  AND error_message IS NULL
