/*---
id: dns_firewall_weakened
title: DNS firewall weakened
severity: medium
status: stable
attack: [T1562.007]
practice: monitoring
description: >
  Rules that block hostile names are gone, let more through, or are skipped when the firewall cannot answer. Command
  servers and tunnels over DNS get out again.
false_positives:
  - Rules that blocked too much, and a VPC that is torn down.
respond:
  - >
    Compare rule groups and associations with what should be: `aws route53resolver list-firewall-rules`,
    `list-firewall-rule-group-associations`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Search the DNS query logs since then for names that were blocked before.
references:
  - DisassociateFirewallRuleGroup, https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_DisassociateFirewallRuleGroup.html
  - DeleteFirewallRule, https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_DeleteFirewallRule.html
  - UpdateFirewallRule, https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_UpdateFirewallRule.html
  - UpdateFirewallConfig, https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_UpdateFirewallConfig.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53resolver.amazonaws.com'
  AND event_name IN (
    'DisassociateFirewallRuleGroup', 'DeleteFirewallRule', 'DeleteFirewallRuleGroup', 'UpdateFirewallRule',
    'UpdateFirewallConfig'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    event_name IN ('DisassociateFirewallRuleGroup', 'DeleteFirewallRule', 'DeleteFirewallRuleGroup')
    OR request_parameters ->> 'action' IN ('ALLOW', 'ALERT')
    OR request_parameters ->> 'firewallFailOpen' = 'ENABLED'
  )
