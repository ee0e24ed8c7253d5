/*---
id: mfa_device_registered_for_other
title: MFA device registered for another user
severity: medium
status: stable
attack: [T1098.005, T1556.006]
practice: mfa
description: >
  Somebody registered an MFA device in another user's name. To enable a device one must hold it, so the caller now
  holds a second factor of that user: all they need beside is the password.
false_positives:
  - An administrator enrols a new colleague sitting next to them.
respond:
  - Ask the user in request_parameters (userName) whether the device is theirs.
  - >
    Look for a password reset or sign-in of that user around it (`trailhound query -f sign_in_timeline --param
    user=<name>`).
  - >
    If it isn't theirs: `aws iam deactivate-mfa-device`, reset the password, look at what the caller did.
references:
  - EnableMFADevice, https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
---*/
-- A session named as the user is taken for the same person.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'EnableMFADevice'
  AND lower(coalesce(request_parameters ->> 'userName', ''))
    NOT IN ('', 'aws root user', lower(split_part(coalesce(user_arn, ''), '/', -1)))
  AND error_code IS NULL
  AND error_message IS NULL
