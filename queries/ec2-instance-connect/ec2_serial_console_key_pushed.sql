/*---
id: ec2_serial_console_key_pushed
title: Somebody connected to the serial console of an instance
severity: medium
status: stable
attack: [T1021.004, T1098.004]
practice: least-privilege
description: >
  The serial console works without network, so security groups do not stop it and flow logs do not see it. It is
  made for machines that do not boot.
false_positives:
  - A repair of a machine that does not boot or lost its network.
respond:
  - Ask the caller about the repair.
  - >
    Look for EnableSerialConsoleAccess shortly before, and for a reboot of the instance (single-user mode gives
    root).
  - If unknown, switch it off (`aws ec2 disable-serial-console-access`) and isolate the instance.
references:
  - >
    SendSerialConsoleSSHPublicKey,
    https://docs.aws.amazon.com/ec2-instance-connect/latest/APIReference/API_SendSerialConsoleSSHPublicKey.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2-instance-connect.amazonaws.com'
  AND event_name = 'SendSerialConsoleSSHPublicKey'
  AND error_code IS NULL
  AND error_message IS NULL
