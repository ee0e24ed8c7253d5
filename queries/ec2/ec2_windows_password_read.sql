/*---
id: ec2_windows_password_read
title: The administrator password of a Windows instance was asked for
severity: low
status: stable
attack: [T1552.005, T1555]
practice: least-privilege
description: >
  GetPasswordData gives the encrypted administrator password of a Windows instance; with the private key of its
  key pair it can be read. Refused tries count too, since a principal without the right has no reason to try.
false_positives:
  - Setting up a new Windows machine; some tools ask until the password is there.
respond:
  - Ask the caller whether they set up this instance.
  - Find who has the private key of its key pair, and change the password if in doubt.
  - Look for other instances asked for by the same principal (ec2_windows_passwords_read_many).
references:
  - GetPasswordData, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html
  - >
    Stratus Red Team,
    https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.ec2-get-password-data/
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'GetPasswordData'
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (error_code IS DISTINCT FROM 'Client.DryRunOperation')
