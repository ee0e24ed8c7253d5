/*---
id: root_access_key_used
title: Root access key used
severity: critical
status: stable
attack: [T1078.004]
practice: avoid-root
description: >
  A call was signed with a long-term access key of the root user. Such a key can do everything, needs no MFA and
  should not exist; leaked root keys are what whole accounts have been lost to.
false_positives:
  - An old script in an account from before IAM roles; move it to a role and delete the key.
respond:
  - >
    Look at the address and the calls (`trailhound query -f key_activity --param key=<key>`), and ask the owner of the
    account.
  - >
    Deactivate the key as root at once (`aws iam update-access-key --status Inactive`); delete it when nothing breaks.
  - >
    If the calls aren't yours: change the root password, look for users, roles and instances made with the key in all
    regions.
references:
  - Access keys for the root user, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_manage_add-key.html
---*/
-- Denied calls count: the signature was good. Any call counts, so no event is named. What a service does in root's
-- name follows from a call that is found itself.
SELECT * FROM cloudtrail
WHERE user_type = 'Root'
  AND access_key_id LIKE 'AKIA%'
  AND lower(coalesce(event_type, '')) <> 'awsserviceevent'
  AND coalesce(user_invoked_by, '') = ''
  AND lower(coalesce(source_ip_address, '')) NOT LIKE '%.amazonaws.com'
  AND lower(coalesce(source_ip_address, '')) NOT LIKE 'aws internal%'
