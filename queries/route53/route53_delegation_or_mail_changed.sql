/*---
id: route53_delegation_or_mail_changed
title: Delegation or mail records of a zone changed
severity: low
status: stable
attack: [T1584.001, T1557]
practice: monitoring
description: >
  NS records hand a part of the zone to other name servers, MX records say who receives its mail, CAA records who
  may issue certificates. Web addresses change daily; these hardly ever.
false_positives:
  - New mail providers and delegated zones. Stacks of CloudFormation are left out.
respond:
  - See the records in request_parameters and whose servers they name.
  - Ask the caller.
  - Set the former records again if nobody knows about it.
references:
  - ChangeResourceRecordSets, https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53.amazonaws.com'
  AND event_name = 'ChangeResourceRecordSets'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND regexp_like(request_parameters ->> 'changeBatch', '"type"\s*:\s*"(NS|MX|DS|CAA)"')
