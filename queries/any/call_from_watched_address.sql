/*---
id: call_from_watched_address
title: Call from an address on the watch list
severity: high
status: stable
attack: [T1078.004]
practice: monitoring
description: >
  An identity of the account called from an address that you named as hostile, from a threat feed or an incident.
  Whatever it called, the credential is in the wrong hands; denied calls count.
false_positives:
  - A list that is too old; addresses change hands.
respond:
  - List what the address did, with hunt address_activity, and with which credentials.
  - Deactivate these keys or revoke these sessions.
  - Look at the same credentials from other addresses, with hunt key_activity.
references:
  - CloudTrail record contents, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
params:
  watched_addresses:
    type: cidr[]
    required: true
    description: hostile addresses and networks
---*/
SELECT * FROM cloudtrail
WHERE ip_in(source_ip, $watched_addresses)
  -- Anonymous callers and those of other accounts hold no credential of ours.
  AND user_type IN (
    'Root', 'IAMUser', 'Role', 'AssumedRole', 'FederatedUser', 'SAMLUser', 'WebIdentityUser', 'IdentityCenterUser'
  )
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
