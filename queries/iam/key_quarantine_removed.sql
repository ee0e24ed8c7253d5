/*---
id: key_quarantine_removed
title: Quarantine of a leaked key lifted
severity: high
status: stable
attack: [T1098, T1562]
practice: rotate-credentials
description: >
  AWS attaches this policy to a user whose key it found in public; it stops the worst. Taking it away before the key
  is gone gives the finder of the key their rights back.
false_positives:
  - The key was rotated, the case with AWS is closed, and the policy goes last, as AWS asks.
respond:
  - >
    See whether the leaked key is still active: `aws iam list-access-keys --user-name NAME`. Deactivate and
    delete it.
  - Ask the caller. Was it the key itself (access_key_id)?
  - Look at what the key did since it leaked (`trailhound query -f key_activity`).
references:
  - AWSCompromisedKeyQuarantineV3, https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('DetachUserPolicy', 'DeleteUserPolicy')
  -- the inline names are those of earlier years
  AND (
    request_parameters ->> 'policyArn' LIKE '%:policy/AWSCompromisedKeyQuarantine%'
    OR request_parameters ->> 'policyName' LIKE 'AWSCompromisedKeyQuarantine%'
    OR request_parameters ->> 'policyName' LIKE 'AWSExposedCredentialPolicy%'
  )
  AND error_code IS NULL
  AND error_message IS NULL
