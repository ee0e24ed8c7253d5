/*---
id: s3_bucket_encrypted_with_foreign_key
title: Bucket set to encrypt with a key of another account
severity: medium
status: stable
attack: [T1486]
practice: monitoring
description: >
  From now on what is written can only be read as long as the owner of that key allows it. Intruders set a key
  of their own, rewrite the objects, and then ask for money. Keys of accounts in trusted_accounts are left out.
false_positives:
  - A central key account of your organization that is not in trusted_accounts.
respond:
  - Look up the account in the key's ARN in your organization; if it is yours, add it to trusted_accounts.
  - >
    If not, set your own key again, `aws s3api put-bucket-encryption`, and stop the caller: deactivate the key
    or revoke the role's sessions.
  - >
    Look for CopyObject and PutObject with that key since (rule s3_objects_encrypted_with_foreign_key); turn
    versioning on if it isn't.
references:
  - PutBucketEncryption, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
-- Medium, as all sharing with accounts that nobody has listed: mostly it is another account of one's own.
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'PutBucketEncryption'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(request_parameters ->> 'ServerSideEncryptionConfiguration', coalesce(recipient_account_id, user_account_id, ''), ''),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    ':kms:[^:]*:[0-9]{12}:'
  )
