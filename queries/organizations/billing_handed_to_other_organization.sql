/*---
id: billing_handed_to_other_organization
title: Responsibility for the bill is being transferred
severity: medium
status: stable
attack: [T1666, T1496]
practice: monitoring
description: >
  One organization offered to take over, or agreed to hand over, the bill of another. In wrong hands it hides what
  is spent, or spends at somebody else's cost.
false_positives:
  - A reseller takes over the billing, by contract.
respond:
  - >
    See the transfer: `aws organizations list-outbound-responsibility-transfers`,
    `list-inbound-responsibility-transfers`.
  - Ask the people who pay the bill.
  - >
    End it if nobody knows: `aws organizations terminate-responsibility-transfer --id ID`.
references:
  - InviteOrganizationToTransferResponsibility, https://docs.aws.amazon.com/organizations/latest/APIReference/API_InviteOrganizationToTransferResponsibility.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND (
    event_name = 'InviteOrganizationToTransferResponsibility'
    OR event_name = 'AcceptHandshake'
      AND upper(response_elements -> 'handshake' ->> 'action') = 'TRANSFER_RESPONSIBILITY'
  )
  AND error_code IS NULL
  AND error_message IS NULL
