/*---
id: ebs_encrypted_with_foreign_key
title: Volume, snapshot or image encrypted with a key of another account
severity: medium
status: stable
attack: [T1486]
practice: monitoring
description: >
  Copying disks under a key of their own account and deleting the originals is how intruders hold them to
  ransom. The owner of that key alone decides who reads the copy. Keys of accounts in trusted_accounts are left
  out.
false_positives:
  - A central key account of your organization that is not in trusted_accounts.
respond:
  - >
    Look up the account in the key's ARN (kmsKeyId) in your organization; if it is yours, add it to
    trusted_accounts.
  - >
    If not, stop the caller now: attach a deny policy to the role or deactivate the key; the deletion of
    originals comes next.
  - >
    Look for DeleteSnapshot, DeleteVolume and DeregisterImage by the same principal; secure copies in another
    account.
references:
  - CopySnapshot, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html
  - ModifyEbsDefaultKmsKeyId, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyEbsDefaultKmsKeyId.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('CopySnapshot', 'CopyImage', 'CreateVolume', 'ModifyEbsDefaultKmsKeyId')
  AND error_code IS NULL
  AND error_message IS NULL
  -- A bare key id or alias is a key of the caller's account: only an ARN names another.
  AND regexp_like(
    regexp_replace(
      replace(
        coalesce(
        request_parameters ->> 'kmsKeyId', request_parameters -> 'ModifyEbsDefaultKmsKeyIdRequest' ->> 'KmsKeyId'
      ),
        coalesce(recipient_account_id, user_account_id, ''), ''
      ),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    ':kms:[^:]*:[0-9]{12}:'
  )
