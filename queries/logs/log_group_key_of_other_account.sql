/*---
id: log_group_key_of_other_account
title: Log group encrypted with a key of another account
severity: medium
status: stable
attack: [T1486, T1562.008]
practice: monitoring
description: >
  Logs written from now on can be read only as long as the owner of that key allows it. An intruder who brings a key
  of their own can lock the logs, or hold them for ransom.
false_positives:
  - Organizations that keep all keys in one account; put that account into trusted_accounts.
respond:
  - >
    Whose account is in kmsKeyId? If it is not yours: `aws logs disassociate-kms-key`, or set a key of your own.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - If nobody can explain it, revoke the caller's sessions and keys, and treat the account as entered.
references:
  - AssociateKmsKey, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
  - CreateLogGroup, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'logs.amazonaws.com'
  AND event_name IN ('AssociateKmsKey', 'CreateLogGroup')
  AND error_code IS NULL
  AND error_message IS NULL
  AND split_part(request_parameters ->> 'kmsKeyId', ':', 3) = 'kms'
  AND coalesce(split_part(request_parameters ->> 'kmsKeyId', ':', 5), '') <> coalesce(recipient_account_id, user_account_id, '')
  AND NOT coalesce(split_part(request_parameters ->> 'kmsKeyId', ':', 5), '') IN ($trusted_accounts)
