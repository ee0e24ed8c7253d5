/*---
id: root_access_key_created
title: Root access key created or activated
severity: critical
status: stable
attack: [T1098.001, T1078.004]
practice: avoid-root
description: >
  A root access key is a password for everything in the account that needs no MFA, never expires and can be used from
  anywhere. There is no task that needs one; intruders with a root session make one to come back.
false_positives:
  - Somebody followed an old tutorial in a new account.
respond:
  - Find out who signed in as root just before, and ask the keeper of the root credentials.
  - >
    Delete the key as root (`aws iam delete-access-key`); list what it did (`trailhound query -f key_activity --param
    key=<key>`).
  - >
    If nobody knows of it: change the root password, check MFA devices, look for users and roles made since.
references:
  - Access keys for the root user, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_manage_add-key.html
  - CreateAccessKey, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
---*/
-- A call by root that names no user is about root itself.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreateAccessKey', 'UpdateAccessKey')
  AND user_type = 'Root'
  AND coalesce(request_parameters ->> 'userName', '') IN ('', 'AWS ROOT USER')
  AND (event_name = 'CreateAccessKey' OR lower(request_parameters ->> 'status') = 'active')
  AND error_code IS NULL
  AND error_message IS NULL
