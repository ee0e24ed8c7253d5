/*---
id: ec2_instance_connect_key_pushed
title: An SSH key was pushed to an instance
severity: low
status: stable
attack: [T1021.004, T1098.004]
practice: least-privilege
description: >
  EC2 Instance Connect puts a public key on an instance for a minute: who may call this, may log in. It is a
  normal way to log in where people use it, and lateral movement where they do not.
false_positives:
  - People who connect by the console or by EC2 Instance Connect.
respond:
  - Ask the caller; see which instance and system user in request_parameters.
  - Look at the login in the instance's own log, and at what its role did afterwards.
  - Restrict ec2-instance-connect:SendSSHPublicKey to named instances and users.
references:
  - >
    SendSSHPublicKey,
    https://docs.aws.amazon.com/ec2-instance-connect/latest/APIReference/API_SendSSHPublicKey.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2-instance-connect.amazonaws.com'
  AND event_name = 'SendSSHPublicKey'
  AND error_code IS NULL
  AND error_message IS NULL
