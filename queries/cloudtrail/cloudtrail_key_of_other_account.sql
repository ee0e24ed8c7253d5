/*---
id: cloudtrail_key_of_other_account
title: CloudTrail encrypts with a key of another account
severity: medium
status: stable
attack: [T1486, T1562.008]
practice: monitoring
description: >
  Log files written from now on can be read only as long as the owner of that key allows it. An intruder who brings a
  key of their own can lock the logs, or hold them for ransom. Accounts that keep keys for others belong into
  trusted_accounts.
false_positives:
  - Organizations that keep the key in the account where logs come together.
respond:
  - >
    Whose account is in kmsKeyId? If it is not yours, set a key of your own: `aws cloudtrail update-trail
    --kms-key-id`.
  - >
    Does CloudTrail deliver? `aws cloudtrail get-trail-status`, LatestDeliveryError.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - UpdateTrail, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
  - Key policies for CloudTrail, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudtrail.amazonaws.com'
  AND event_name IN ('UpdateTrail', 'CreateTrail', 'CreateEventDataStore', 'UpdateEventDataStore')
  AND error_code IS NULL
  AND error_message IS NULL
  AND split_part(request_parameters ->> 'kmsKeyId', ':', 3) = 'kms'
  AND split_part(coalesce(request_parameters ->> 'kmsKeyId', ''), ':', 5) <> coalesce(recipient_account_id, user_account_id, '')
  AND split_part(coalesce(request_parameters ->> 'kmsKeyId', ''), ':', 5) NOT IN ($trusted_accounts)
