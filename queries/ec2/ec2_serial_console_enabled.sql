/*---
id: ec2_serial_console_enabled
title: The EC2 serial console was enabled for the account
severity: medium
status: stable
attack: [T1578.005, T1021.004]
practice: least-privilege
description: >
  From now on every instance of this account and region can be reached by its serial console, past security groups
  and network logs. The switch is for the whole account and rarely needed.
false_positives:
  - A repair of a machine that does not boot.
respond:
  - Ask the caller; switch it off again after the repair (`aws ec2 disable-serial-console-access`).
  - Look for SendSerialConsoleSSHPublicKey and RebootInstances afterwards.
  - Deny ec2:EnableSerialConsoleAccess by an organization policy.
references:
  - >
    EnableSerialConsoleAccess,
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableSerialConsoleAccess.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'EnableSerialConsoleAccess'
  AND error_code IS NULL
  AND error_message IS NULL
