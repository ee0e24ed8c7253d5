/*---
id: ec2_key_pair_created_or_imported
title: An EC2 key pair was created or imported
severity: low
status: stable
attack: [T1098.004, T1021.004]
practice: least-privilege
description: >
  A new key pair opens no running instance by itself, but all those launched with it. Intruders make one before
  they launch their own machines, often with a name of their own.
false_positives:
  - >
    Setting up machines; workshops and build tools that make a key for each run. Key pairs made by CloudFormation
    and other services are left out.
respond:
  - Compare the key name with your naming, and ask the caller.
  - Look for RunInstances with this keyName afterwards, in all regions.
  - If unknown, delete it (`aws ec2 delete-key-pair`) and look at the caller.
references:
  - CreateKeyPair, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateKeyPair.html
  - ImportKeyPair, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportKeyPair.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('CreateKeyPair', 'ImportKeyPair')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
