/*---
id: key_tested_by_trufflehog
title: Access key tested by TruffleHog
severity: high
status: stable
attack: [T1552.001, T1078.004]
practice: rotate-credentials
description: >
  TruffleHog searches repositories and disks for secrets and asks AWS whose key it found. The key works and lies
  where somebody could find it; whether friend or foe ran the search, it has leaked.
false_positives:
  - Your own secret scanning; the key is still in a place where it shouldn't be.
respond:
  - Ask whether your own people scan, from this address.
  - >
    Deactivate the key in access_key_id (`aws iam update-access-key --status Inactive`) and list its use with hunt
    key_activity.
  - Find the place where it lies, replace it there, delete the key.
references:
  - GetCallerIdentity, https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
  - Remediating exposed keys, https://repost.aws/knowledge-center/potential-account-compromise
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'GetCallerIdentity'
  AND lower(user_agent) LIKE '%trufflehog%'
  AND error_code IS NULL
  AND error_message IS NULL
