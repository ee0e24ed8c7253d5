/*---
id: load_balancer_security_groups_changed
title: Security groups of a load balancer changed
severity: low
status: stable
attack: [T1562.007, T1190]
practice: policy-conditions
description: >
  Other security groups decide now who may reach what stands behind the load balancer. A load balancer that
  served the inside only can be opened to all with one call.
false_positives:
  - Everyday administration.
respond:
  - See the groups in request_parameters and what they allow, `aws ec2 describe-security-group-rules`.
  - If it was not planned, set the former groups again.
  - Look at what else the caller did (hunt principal_timeline).
references:
  - SetSecurityGroups, https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'elasticloadbalancing.amazonaws.com'
  AND event_name IN ('SetSecurityGroups', 'ApplySecurityGroupsToLoadBalancer')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
