/*---
id: mfa_device_removed
title: MFA device removed
severity: medium
status: stable
attack: [T1556.006]
practice: mfa
description: >
  Without its MFA device an account is one stolen password away from an intruder, and an intruder who already
  has a session removes the device to come back later or to put their own in its place.
false_positives:
  - A lost or replaced phone; a new device is enabled within minutes.
  - A user who leaves, whose devices are deleted first.
  - A virtual device that was created and never enabled is deleted (DeleteVirtualMFADevice alone).
respond:
  - Find the affected user in request_parameters (userName, serialNumber, userId) and ask them and the caller.
  - Look for EnableMFADevice or a console login without MFA of that user afterwards.
  - >
    Without an explanation: end the user's sessions, change the password, register the device again.
references:
  - MFA in IAM, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html
---*/
-- Phones are replaced every week. Worse are root's, root_mfa_device_removed, and those of many users at once,
-- mfa_or_passwords_reset_in_bulk.
-- IAM: Deactivate takes the device from the user (root is named 'AWS ROOT USER'), Delete removes it.
-- Identity Center: DeleteMfaDeviceForUser.
SELECT * FROM cloudtrail
WHERE event_source IN ('iam.amazonaws.com', 'sso-directory.amazonaws.com', 'identitystore.amazonaws.com')
  AND event_name IN ('DeactivateMFADevice', 'DeleteVirtualMFADevice', 'DeleteMfaDeviceForUser')
  AND error_code IS NULL
  AND error_message IS NULL
