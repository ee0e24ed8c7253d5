/*---
id: ec2_user_data_changed
title: An instance's startup script was changed
severity: medium
status: stable
attack: [T1059, T1578]
practice: least-privilege
description: >
  User data runs as root when an instance starts. Changing it on an instance that already exists gives whoever
  changed it root there, and with it the instance's role, at the next start.
false_positives:
  - A repair of a wrong startup script by hand; tools replace the instance in place of changing it.
respond:
  - >
    Read the script (`aws ec2 describe-instance-attribute --attribute userData`) and decode it; do not start the
    instance before.
  - Look for StopInstances before and StartInstances after it by the same principal.
  - >
    If nobody knows of it, isolate the instance, keep its volumes, and revoke the sessions of its role and of the
    caller.
references:
  - >
    ModifyInstanceAttribute,
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
  - User data, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'ModifyInstanceAttribute'
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    json_contains(request_parameters, 'userData')
    OR request_parameters ->> 'attribute' = 'userData'
  )
