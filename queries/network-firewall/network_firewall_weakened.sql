/*---
id: network_firewall_weakened
title: Network Firewall, its policy or its protection removed
severity: medium
status: stable
attack: [T1562.007]
practice: monitoring
description: >
  Traffic that the firewall inspected and blocked passes freely, or the guard against deleting it is off, which comes
  just before.
false_positives:
  - A network that is taken down in a planned change.
respond:
  - Does traffic still pass the firewall? `aws network-firewall describe-firewall`, and the routes of the VPC.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Put policy and protection back; search flow logs for connections that were blocked before.
references:
  - DeleteFirewall, https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_DeleteFirewall.html
  - DeleteFirewallPolicy, https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_DeleteFirewallPolicy.html
  - UpdateFirewallDeleteProtection, https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_UpdateFirewallDeleteProtection.html
  - DisassociateSubnets, https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_DisassociateSubnets.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'network-firewall.amazonaws.com'
  AND event_name IN (
    'DeleteFirewall', 'DeleteFirewallPolicy', 'DeleteRuleGroup', 'DisassociateSubnets',
    'UpdateFirewallDeleteProtection'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND ((event_name IS DISTINCT FROM 'UpdateFirewallDeleteProtection') OR lower(request_parameters ->> 'deleteProtection') = 'false')
