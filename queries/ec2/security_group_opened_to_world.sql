/*---
id: security_group_opened_to_world
title: Security group lets the whole internet in
severity: low
status: stable
attack: [T1562.007, T1190]
practice: policy-conditions
description: >
  An inbound rule for 0.0.0.0/0 or ::/0, or for a quarter of the internet or more at once. For a public web
  server it is right; on anything else it is an open door. Ports of administration and databases have their own
  rule, security_group_sensitive_port_opened.
false_positives:
  - Load balancers and web servers that shall be public.
respond:
  - >
    See the ports and the group in request_parameters, and what wears the group, `aws ec2
    describe-network-interfaces --filters Name=group-id,Values=ID`.
  - If it need not be public, take the rule back with `aws ec2 revoke-security-group-ingress`.
  - Look at what else the caller did (hunt principal_timeline).
references:
  - AuthorizeSecurityGroupIngress, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
  - ModifySecurityGroupRules, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules')
  AND error_code IS NULL
  AND error_message IS NULL
  -- A prefix of 0 to 2 bits: 0.0.0.0/1 and 128.0.0.0/1 together are the internet too. The text is searched since old
  -- calls, new ones and single rules have it in different places.
  AND regexp_like(request_parameters, '"(([0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-fA-F:]*::)/[0-2]"')
