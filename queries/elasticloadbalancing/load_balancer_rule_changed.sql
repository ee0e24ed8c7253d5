/*---
id: load_balancer_rule_changed
title: Rule or listener of a load balancer set
severity: info
status: stable
attack: [T1557]
practice: monitoring
description: >
  A listener rule decides where requests go: an intruder can send some of them to a machine of their own, or
  answer them with a redirect. Deployments set rules all the time, so this is a signal only; changes by services
  are left out.
false_positives:
  - Deployments, controllers of Kubernetes clusters.
respond:
  - >
    See the actions in request_parameters: target groups and redirects that you don't know.
  - Look at who called, from where, and what else they did (hunt principal_timeline).
references:
  - CreateRule, https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'elasticloadbalancing.amazonaws.com'
  AND event_name IN ('CreateRule', 'ModifyRule', 'CreateListener', 'ModifyListener')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
