/*---
id: load_balancer_logs_disabled
title: Access logs of a load balancer turned off
severity: low
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  Requests to the application are no longer written down. Tools that make a load balancer send this too, for one that
  never had logs.
false_positives:
  - Terraform and controllers that set all attributes of a new load balancer.
respond:
  - Did it log before? Look for an older ModifyLoadBalancerAttributes, or in AWS Config.
  - >
    Turn it on again if it did: `aws elbv2 modify-load-balancer-attributes`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - ModifyLoadBalancerAttributes, https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyLoadBalancerAttributes.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'elasticloadbalancing.amazonaws.com'
  AND event_name = 'ModifyLoadBalancerAttributes'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    regexp_like(
      coalesce(request_parameters ->> 'attributes', ''),
      '"key"\s*:\s*"access_logs\.s3\.enabled"\s*,\s*"value"\s*:\s*"?false|"value"\s*:\s*"?false"?\s*,\s*"key"\s*:\s*"access_logs\.s3\.enabled"'
    )
    OR lower(request_parameters -> 'loadBalancerAttributes' -> 'accessLog' ->> 'enabled') = 'false'
  )
