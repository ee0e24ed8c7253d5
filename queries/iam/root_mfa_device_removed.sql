/*---
id: root_mfa_device_removed
title: MFA device of the root user removed
severity: critical
status: stable
attack: [T1556.006]
practice: mfa
description: >
  Root's second factor is what stands between a leaked root password and the whole account. Root took a device off
  itself; an intruder in a root session does it to put their own in its place.
false_positives:
  - >
    A device is replaced in a planned change: a new one is enabled within minutes.
  - Left out are sessions of central root access, whose task may be to delete root's credentials.
respond:
  - Ask the keeper of the root credentials whether they removed it, from that address.
  - Look for EnableMFADevice and sign-ins of root afterwards (`trailhound query -f root_trail`).
  - >
    If nobody knows of it: register a device again, change the password, delete root access keys.
references:
  - MFA for the root user, https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html
  - DeactivateMFADevice, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html
---*/
-- Root is named 'AWS ROOT USER', or not at all when root acts on itself. An unattached virtual device that is
-- deleted (DeleteVirtualMFADevice) protected nobody.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'DeactivateMFADevice'
  AND (
    upper(request_parameters ->> 'userName') = 'AWS ROOT USER'
    OR user_type = 'Root' AND coalesce(request_parameters ->> 'userName', '') = ''
  )
  AND NOT coalesce(session_assumed_root, false)
  AND error_code IS NULL
  AND error_message IS NULL
