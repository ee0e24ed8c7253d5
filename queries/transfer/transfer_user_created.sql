/*---
id: transfer_user_created
title: User or key of a file transfer server created
severity: low
status: stable
attack: [T1098.004, T1136.003]
practice: least-privilege
description: >
  Users of a transfer server log in with a password or an SSH key and act with the role they are given. They survive
  every clean-up in IAM.
false_positives:
  - Partners and colleagues who get access to a file exchange.
respond:
  - See the role and folder in request_parameters and ask the caller who it is for.
  - Compare with `aws transfer list-users`.
  - >
    Delete it: `aws transfer delete-user` or delete-ssh-public-key.
references:
  - CreateUser, https://docs.aws.amazon.com/transfer/latest/userguide/API_CreateUser.html
  - ImportSshPublicKey, https://docs.aws.amazon.com/transfer/latest/userguide/API_ImportSshPublicKey.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'transfer.amazonaws.com'
  AND event_name IN ('CreateUser', 'ImportSshPublicKey', 'CreateAccess')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
