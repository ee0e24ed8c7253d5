/*---
id: break_glass_access_key_used
title: Access key of a break-glass user used
severity: high
status: stable
attack: [T1078.004, T1098.001]
practice: mfa
description: >
  A user that is kept for emergencies signs in to the console with MFA. A call signed with an access key of that user
  means that somebody made it one, to use its rights without MFA from anywhere.
false_positives:
  - An emergency plan that does use access keys; give it a role instead.
respond:
  - See what the key did and from where (`trailhound query -f key_activity --param key=<key>`).
  - Find out who made it (`trailhound query -f keys_created`).
  - Deactivate the key; if nobody knows of it, change the password as well and look at what its maker did.
references:
  - Emergency access, https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_emergency_process.html
params:
  break_glass_principals:
    type: text[]
    required: true
    description: ARNs, with their paths, of the users and roles kept for emergencies
---*/
-- Denied calls count: the signature was good. Any call counts, so no event is named.
SELECT * FROM cloudtrail
WHERE user_arn IN ($break_glass_principals)
  AND access_key_id LIKE 'AKIA%'
