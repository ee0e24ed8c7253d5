/*---
id: region_disabled
title: AWS region disabled
severity: medium
status: stable
attack: [T1531, T1485]
practice: monitoring
description: >
  Everything in a disabled region is out of reach: resources go on running and costing, but nobody can see or stop
  them, and IAM no longer works there. It is a way to lock defenders out of a region.
false_positives:
  - A region that was enabled by mistake is closed again.
respond:
  - Ask the caller, and find out what ran in that region (`trailhound query -f regions_first_use`).
  - Enable the region again (`aws account enable-region`) to see what is in it.
  - >
    If unexplained: revoke the caller's sessions.
references:
  - DisableRegion, https://docs.aws.amazon.com/accounts/latest/reference/API_DisableRegion.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'account.amazonaws.com'
  AND event_name = 'DisableRegion'
  AND error_code IS NULL
  AND error_message IS NULL
