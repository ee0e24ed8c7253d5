/*---
id: identity_center_deleted
title: Identity Center instance deleted
severity: medium
status: stable
attack: [T1531]
practice: monitoring
description: >
  Users, groups, permission sets and assignments are gone with it; nobody who signs in that way gets into any
  account.
false_positives:
  - The move of Identity Center to another region, or the end of a trial.
respond:
  - Find another way in, such as the break-glass role.
  - Ask the caller; look at what they did before, hunt principal_timeline.
  - Set it up again from code or notes; the old one can't be restored.
references:
  - DeleteInstance, https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DeleteInstance.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sso.amazonaws.com'
  AND event_name = 'DeleteInstance'
  AND error_code IS NULL
  AND error_message IS NULL
