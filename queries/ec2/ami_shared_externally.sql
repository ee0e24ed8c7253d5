/*---
id: ami_shared_externally
title: Machine image shared with another account or organization
severity: medium
status: stable
attack: [T1537]
practice: least-privilege
description: >
  An image holds whole disks. Shared with an account of the intruder's own it leaves without traffic. Accounts
  in trusted_accounts, and organizations by their management account, are left out; while that list is empty,
  every other account counts.
false_positives:
  - A golden-image pipeline that shares with accounts of your organization that are not in trusted_accounts.
respond:
  - >
    Look up the account or organization in request_parameters (launchPermission.add); if it is yours, add the id
    to trusted_accounts.
  - >
    If not, take it back with `aws ec2 modify-image-attribute --image-id ID --launch-permission
    'Remove=[{UserId=ACCOUNT}]'`.
  - See where the image came from (CreateImage, CopyImage) and what else the caller did (hunt principal_timeline).
references:
  - ModifyImageAttribute, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyImageAttribute.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'ModifyImageAttribute'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(request_parameters -> 'launchPermission' ->> 'add', coalesce(recipient_account_id, user_account_id, ''), ''),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^|[^0-9a-zA-Z])[0-9]{12}([^0-9a-zA-Z]|$)'
  )
