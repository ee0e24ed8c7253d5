/*---
id: shield_protection_removed
title: Shield protection removed
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  A resource, or the response team's access, is no longer covered by Shield Advanced. An attack that follows meets
  less defence.
false_positives:
  - Resources that are taken down, with their protection.
respond:
  - >
    Put it back: `aws shield create-protection`, `associate-drt-role`, `enable-proactive-engagement`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Watch the traffic of the resource today.
references:
  - DeleteProtection, https://docs.aws.amazon.com/waf/latest/DDOSAPIReference/API_DeleteProtection.html
  - DisassociateDRTRole, https://docs.aws.amazon.com/waf/latest/DDOSAPIReference/API_DisassociateDRTRole.html
  - DisableProactiveEngagement, https://docs.aws.amazon.com/waf/latest/DDOSAPIReference/API_DisableProactiveEngagement.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'shield.amazonaws.com'
  AND event_name IN (
    'DeleteProtection', 'DeleteProtectionGroup', 'DeleteSubscription', 'DisassociateDRTRole',
    'DisableProactiveEngagement', 'DisableApplicationLayerAutomaticResponse'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
