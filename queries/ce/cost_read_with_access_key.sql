/*---
id: cost_read_with_access_key
title: Cost read with an access key
severity: info
status: stable
attack: [T1526]
practice: monitoring
description: >
  What an account spends tells a thief what a key is worth, and scripts that try out stolen keys ask for it early.
  People read cost in the console.
false_positives:
  - Cost tools that work with a key of a user; give them a role.
respond:
  - Is it the key of a cost tool?
  - Look at what else the key did in that hour (`trailhound query -f key_activity`).
  - Deactivate the key if the owner doesn't know.
references:
  - GetCostAndUsage, https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ce.amazonaws.com'
  AND event_name IN ('GetCostAndUsage', 'GetCostForecast')
  AND access_key_id LIKE 'AKIA%'
