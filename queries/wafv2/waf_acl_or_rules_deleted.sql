/*---
id: waf_acl_or_rules_deleted
title: Web ACL or its rules deleted
severity: medium
status: stable
attack: [T1562.007]
practice: monitoring
description: >
  Rules that kept attacks away from applications are gone. A web ACL in use can't be deleted, so it was taken off its
  resources first.
false_positives:
  - Applications that are taken down, with their rules.
respond:
  - Which applications did it protect? Look for DisassociateWebACL of the same caller before.
  - Put the rules back from code or from AWS Config; associate them again.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeleteWebACL, https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html
  - DeleteRuleGroup, https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteRuleGroup.html
  - DeleteFirewallManagerRuleGroups, https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteFirewallManagerRuleGroups.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('wafv2.amazonaws.com', 'waf.amazonaws.com', 'waf-regional.amazonaws.com')
  AND event_name IN (
    'DeleteWebACL', 'DeleteRuleGroup', 'DeleteFirewallManagerRuleGroups', 'DeleteRule', 'DeleteRateBasedRule'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
