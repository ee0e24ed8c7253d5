/*---
id: vpc_peered_with_other_account
title: Network peered with a network of another account
severity: medium
status: stable
attack: [T1599, T1021]
practice: least-privilege
description: >
  A peering joins two private networks. With an account of the intruder's it is a way in and out that no
  firewall at the edge sees. Accounts in trusted_accounts are left out; while that list is empty, every other
  account counts.
false_positives:
  - Peering inside your organization with accounts that are not in trusted_accounts.
respond:
  - >
    Look up the other account (peerOwnerId, or requesterVpcInfo and accepterVpcInfo in response_elements); if it
    is yours, add it to trusted_accounts.
  - If not, delete the peering, `aws ec2 delete-vpc-peering-connection --vpc-peering-connection-id ID`.
  - Look for routes to it (pcx-…) and security group changes by the same principal (hunt principal_timeline).
references:
  - CreateVpcPeeringConnection, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcPeeringConnection.html
  - AcceptVpcPeeringConnection, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AcceptVpcPeeringConnection.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('CreateVpcPeeringConnection', 'AcceptVpcPeeringConnection')
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(
        coalesce(
        request_parameters ->> 'peerOwnerId',
        (response_elements -> 'vpcPeeringConnection' -> 'requesterVpcInfo' ->> 'ownerId')
          || ' ' || coalesce(response_elements -> 'vpcPeeringConnection' -> 'accepterVpcInfo' ->> 'ownerId', '')
      ),
        coalesce(recipient_account_id, user_account_id, ''), ''
      ),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^|[^0-9a-zA-Z])[0-9]{12}([^0-9a-zA-Z]|$)'
  )
