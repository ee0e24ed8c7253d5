/*---
id: load_balancer_redirects_elsewhere
title: Load balancer redirects visitors to another host
severity: low
status: stable
attack: [T1557, T1565.002]
practice: monitoring
description: >
  A redirect to a fixed host name sends the visitors of your site somewhere else. With a host that isn't yours
  it is phishing under your address.
false_positives:
  - Moving a site to another name; redirects from the bare domain to www.
respond:
  - >
    Look at redirectConfig.host in request_parameters: is the name yours?
  - If not, set the former action again with `aws elbv2 modify-rule` or `modify-listener`.
  - Look at what else the caller did (hunt principal_timeline).
references:
  - RedirectActionConfig, https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'elasticloadbalancing.amazonaws.com'
  AND event_name IN ('CreateRule', 'ModifyRule', 'CreateListener', 'ModifyListener')
  AND error_code IS NULL
  AND error_message IS NULL
  -- '#{host}' keeps the name that was asked for; '#{path}' and the like don't change the host.
  AND regexp_like(
    coalesce(request_parameters ->> 'actions', request_parameters ->> 'defaultActions'),
    '"host"\s*:\s*"[^"#]'
  )
