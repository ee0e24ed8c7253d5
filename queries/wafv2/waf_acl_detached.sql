/*---
id: waf_acl_detached
title: Web ACL taken off a resource
severity: medium
status: stable
attack: [T1562.007, T1562.001]
practice: monitoring
description: >
  The load balancer, API or distribution stands open to what the web ACL kept out. Stacks that do it for themselves
  are left out.
false_positives:
  - Load balancers that are replaced or deleted the same hour, by a pipeline or a Kubernetes controller.
respond:
  - >
    Does the resource in request_parameters still exist? If so: `aws wafv2 associate-web-acl`, or `aws cloudfront
    associate-distribution-web-acl`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look at the access logs of the resource since then.
references:
  - DisassociateWebACL, https://docs.aws.amazon.com/waf/latest/APIReference/API_DisassociateWebACL.html
  - DisassociateDistributionWebACL, https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DisassociateDistributionWebACL.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('wafv2.amazonaws.com', 'waf-regional.amazonaws.com', 'cloudfront.amazonaws.com')
  AND event_name IN (
    'DisassociateWebACL', 'DisassociateDistributionWebACL', 'DisassociateDistributionWebACL2020_05_31',
    'DisassociateDistributionTenantWebACL', 'DisassociateDistributionTenantWebACL2020_05_31'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
