/*---
id: sts_global_token_version_changed
title: Tokens of the global STS endpoint made valid in other regions
severity: low
status: stable
attack: [T1550.001, T1535]
practice: policy-conditions
description: >
  Sessions from the global STS endpoint now work in opt-in regions as well (v2Token), or no longer do. It is a
  setting for the whole account that is changed once, and a step towards work in regions where nobody looks.
false_positives:
  - The enabling of an opt-in region for a good reason.
respond:
  - Ask the caller which region they need.
  - Look for EnableRegion and for first calls in new regions, hunt regions_first_use.
  - >
    Unexplained: set it back, `aws iam set-security-token-service-preferences`.
references:
  - SetSecurityTokenServicePreferences, https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetSecurityTokenServicePreferences.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'SetSecurityTokenServicePreferences'
  AND error_code IS NULL
  AND error_message IS NULL
