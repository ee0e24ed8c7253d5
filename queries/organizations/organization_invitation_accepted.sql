/*---
id: organization_invitation_accepted
title: Account joined an organization
severity: high
status: stable
attack: [T1666, T1484]
practice: monitoring
description: >
  The account belongs to another organization now: its management account can set policies, and where the access
  role is made, take over. Intruders invite accounts they broke into.
false_positives:
  - Accounts of one company are brought together, with a plan.
respond:
  - Whose organization is it (`aws organizations describe-organization`)? Is that what was planned?
  - >
    Leave it if not: `aws organizations leave-organization`, before more is changed.
  - Look for new roles that trust its management account (hunt `policy_changes`).
references:
  - AcceptHandshake, https://docs.aws.amazon.com/organizations/latest/APIReference/API_AcceptHandshake.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'AcceptHandshake'
  -- Other handshakes are about features of the organization one is in. The answer may be missing.
  AND upper(coalesce(response_elements -> 'handshake' ->> 'action', 'INVITE')) = 'INVITE'
  AND error_code IS NULL
  AND error_message IS NULL
