/*---
id: securityhub_disabled
title: Security Hub turned off
severity: high
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Findings of all security services come together in Security Hub. Turned off, it gathers nothing in this region, and
  its checks of the account end.
false_positives:
  - A region that is given up, or an account that is being closed.
respond:
  - >
    Turn it on again: `aws securityhub enable-security-hub`; findings come back for 90 days at most.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - If nobody can explain it, revoke the caller's sessions and keys, and treat the account as entered.
references:
  - DisableSecurityHub, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DisableSecurityHub.html
  - DisableSecurityHubV2, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DisableSecurityHubV2.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'securityhub.amazonaws.com'
  AND event_name IN ('DisableSecurityHub', 'DisableSecurityHubV2')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
