/*---
id: ssm_parameters_dumped
title: All parameters read with decryption, from the root of the tree
severity: medium
status: stable
attack: [T1555.006, T1552]
practice: least-privilege
description: >
  One call for the path / with everything below it, decrypted: whatever passwords the account keeps in Parameter
  Store are in the caller's hands. Programs read their own path.
false_positives:
  - Backup and migration scripts.
respond:
  - Ask the owner of the principal what the script is for.
  - >
    If nobody knows: deactivate the key or revoke the role's sessions, and change the passwords and keys among the
    parameters.
  - Narrow the principal's policy to the path it needs.
references:
  - GetParametersByPath, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name = 'GetParametersByPath'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND request_parameters ->> 'path' = '/'
  AND lower(request_parameters ->> 'recursive') = 'true'
  AND lower(request_parameters ->> 'withDecryption') = 'true'
