/*---
id: waf_acl_emptied
title: Web ACL or rule group emptied
severity: high
status: stable
attack: [T1562.007]
practice: monitoring
description: >
  The web ACL is still attached, so the resource looks protected, but it has no rules left and allows by default, or
  the rule group it uses is empty. It is the quiet way to take a WAF away.
false_positives:
  - An empty web ACL that is filled a moment later, as some tools do.
respond:
  - >
    Compare with the last state in AWS Config or in code, and put the rules back: `aws wafv2 update-web-acl`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look at the access logs of the protected resources since then.
references:
  - UpdateWebACL, https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'wafv2.amazonaws.com'
  AND event_name IN ('UpdateWebACL', 'UpdateRuleGroup')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (json_length(request_parameters, 'rules') = 0 OR request_parameters ->> 'rules' IS NULL)
  AND (request_parameters -> 'defaultAction' ->> 'allow' IS NOT NULL OR event_name = 'UpdateRuleGroup')
