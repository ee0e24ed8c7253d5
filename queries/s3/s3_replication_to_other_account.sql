/*---
id: s3_replication_to_other_account
title: Bucket replicated to another account
severity: medium
status: stable
attack: [T1537, T1020]
practice: least-privilege
description: >
  Replication copies every new object, without any read by a person. To an account of the intruder's it is a
  pipe that goes on when their access is gone. Accounts in trusted_accounts are left out; while that list is
  empty, every other account counts. A destination whose account the call doesn't name can't be judged.
false_positives:
  - Backup to an account of your organization that is not in trusted_accounts.
respond:
  - Look up the destination's account in request_parameters; if it is yours, add it to trusted_accounts.
  - If not, stop it, `aws s3api delete-bucket-replication --bucket NAME`.
  - >
    Take what was written since as copied; look at the role that it used and what else the caller did (hunt
    principal_timeline).
references:
  - PutBucketReplication, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'PutBucketReplication'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(request_parameters ->> 'ReplicationConfiguration', coalesce(recipient_account_id, user_account_id, ''), ''),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '"Account"\s*:\s*"?[0-9]{12}'
  )
