/*---
id: region_enabled
title: AWS region enabled
severity: medium
status: stable
attack: [T1535]
practice: policy-conditions
description: >
  A region that was off by default is now open, and nothing watches it yet: trails, guards and policies may be missing
  there. Intruders enable regions to mine or to hide where nobody looks.
false_positives:
  - A planned roll-out to a new region.
respond:
  - Ask the caller whether the region is needed.
  - Look at what happened there since (`trailhound query -f regions_first_use`).
  - >
    If unexplained: remove what was made there, disable the region (`aws account disable-region`), and deny
    account:EnableRegion by a service control policy.
references:
  - EnableRegion, https://docs.aws.amazon.com/accounts/latest/reference/API_EnableRegion.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'account.amazonaws.com'
  AND event_name = 'EnableRegion'
  AND error_code IS NULL
  AND error_message IS NULL
