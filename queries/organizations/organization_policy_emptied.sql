/*---
id: organization_policy_emptied
title: Control policy no longer denies anything
severity: high
status: stable
attack: [T1562.001, T1484]
practice: monitoring
description: >
  The new text allows everything and has no denial left. It still shows as attached everywhere, and holds nobody
  back.
false_positives:
  - A policy that is taken out of use step by step; detaching is clearer.
respond:
  - Compare with the text before (an earlier UpdatePolicy or CreatePolicy in the trail).
  - >
    Put it back: `aws organizations update-policy --policy-id ID --content FILE`.
  - Look in the accounts below for what it would have stopped since then.
references:
  - UpdatePolicy, https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdatePolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'UpdatePolicy'
  AND regexp_like(request_parameters ->> 'content', '"Action"\s*:\s*(\[[^\]]*)?"\*"', 'i')
  AND NOT regexp_like(coalesce(request_parameters ->> 'content', ''), '"Effect"\s*:\s*"Deny"', 'i')
  AND error_code IS NULL
  AND error_message IS NULL
