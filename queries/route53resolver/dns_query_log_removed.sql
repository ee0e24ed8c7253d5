/*---
id: dns_query_log_removed
title: DNS query logging removed
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  Which names the VPC asks for is no longer written down; tunnels, miners and command servers over DNS go unseen.
false_positives:
  - A VPC that is torn down, and its logging with it.
respond:
  - >
    Put it back: `aws route53resolver create-resolver-query-log-config`, `associate-resolver-query-log-config`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look at what runs in the VPC and what was started there since.
references:
  - DeleteResolverQueryLogConfig, https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_DeleteResolverQueryLogConfig.html
  - DisassociateResolverQueryLogConfig, https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_DisassociateResolverQueryLogConfig.html
  - DeleteQueryLoggingConfig, https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteQueryLoggingConfig.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('route53resolver.amazonaws.com', 'route53.amazonaws.com')
  AND event_name IN (
    'DeleteResolverQueryLogConfig', 'DisassociateResolverQueryLogConfig', 'DeleteQueryLoggingConfig'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
