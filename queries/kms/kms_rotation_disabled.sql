/*---
id: kms_rotation_disabled
title: Automatic rotation of a KMS key turned off
severity: low
status: stable
attack: [T1562]
practice: rotate-credentials
description: >
  The key keeps its material for as long as it lives. Nothing breaks, but a rule of good practice ends here, and few
  have a reason.
false_positives:
  - Keys that are retired.
respond:
  - Ask the caller.
  - >
    Turn it on again: `aws kms enable-key-rotation --key-id ID`.
  - See whether the same principal changed the key's policy.
references:
  - DisableKeyRotation, https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'kms.amazonaws.com'
  AND event_name = 'DisableKeyRotation'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
