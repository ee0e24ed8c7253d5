/*---
id: security_service_role_deleted
title: Role of a security service being deleted
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Security services read the account through a service-linked role. It can only be deleted when the service is off in
  all regions, or to make sure that it stays off.
false_positives:
  - The service is given up in the account.
  - A test account that is emptied by a clean-up tool.
respond:
  - Which service? See roleName in request_parameters; turn it on again in each region, which makes the role anew.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - If nobody can explain it, revoke the caller's sessions and keys, and treat the account as entered.
references:
  - DeleteServiceLinkedRole, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'DeleteServiceLinkedRole'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    coalesce(request_parameters ->> 'roleName', ''),
    '^AWSServiceRoleFor(AmazonGuardDuty|Config|SecurityHub|CloudTrail|AmazonMacie|AmazonInspector2|AmazonDetective|AccessAnalyzer|SecurityLake|AuditManager|FMS|WAF)'
  )
