/*---
id: elastic_ip_transferred
title: Public address offered to another account
severity: medium
status: stable
attack: [T1584, T1565]
practice: monitoring
description: >
  Whoever takes over an Elastic IP gets the traffic that DNS names and allow lists still send to it: logins,
  callbacks, certificates. Accounts in trusted_accounts are left out; while that list is empty, every other
  account counts.
false_positives:
  - Moving a workload between accounts of your organization that are not in trusted_accounts.
respond:
  - Look up TransferAccountId in your organization; if it is yours, add it to trusted_accounts.
  - If not, take the offer back within seven days, `aws ec2 disable-address-transfer --allocation-id ID`.
  - If it was accepted, change every DNS record and allow list that names the address.
references:
  - EnableAddressTransfer, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableAddressTransfer.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'EnableAddressTransfer'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(
        coalesce(
        request_parameters -> 'EnableAddressTransferRequest' ->> 'TransferAccountId', request_parameters ->> 'transferAccountId'
      ),
        coalesce(recipient_account_id, user_account_id, ''), ''
      ),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^|[^0-9a-zA-Z])[0-9]{12}([^0-9a-zA-Z]|$)'
  )
