/*---
id: ebs_snapshot_shared_externally
title: Volume snapshot shared with another account
severity: medium
status: stable
attack: [T1537]
practice: least-privilege
description: >
  Sharing a snapshot with an account of their own is how intruders carry a whole disk out without a byte of
  traffic. Accounts named in trusted_accounts are left out; while that list is empty, every other account
  counts.
false_positives:
  - Sharing with a backup, golden-image or forensics account of your organization that is not in trusted_accounts.
  - A support case in which the vendor asked for a snapshot.
respond:
  - >
    Look up the account in request_parameters (createVolumePermission.add) in your organization; if it is yours,
    add it to trusted_accounts.
  - >
    If not, take it back with `aws ec2 modify-snapshot-attribute --operation-type remove --user-ids ACCOUNT` and
    look for SharedSnapshotCopyInitiated.
  - >
    Look at what else the caller did (hunt principal_timeline); take the secrets on the disk as stolen and
    rotate them.
references:
  - ModifySnapshotAttribute, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'ModifySnapshotAttribute'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(request_parameters -> 'createVolumePermission' ->> 'add', coalesce(recipient_account_id, user_account_id, ''), ''),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^|[^0-9a-zA-Z])[0-9]{12}([^0-9a-zA-Z]|$)'
  )
