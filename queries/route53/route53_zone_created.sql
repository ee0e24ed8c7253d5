/*---
id: route53_zone_created
title: Hosted zone created
severity: info
status: stable
attack: [T1583.001, T1496]
practice: monitoring
description: >
  A zone for a name that isn't yours, next to a registered domain or a mail identity, is somebody building phishing
  in your account.
false_positives:
  - New applications and networks. Stacks of CloudFormation are left out.
respond:
  - See the name in request_parameters.
  - Ask the caller if it is none of yours.
  - Look for RegisterDomain and SES identities by the same principal.
references:
  - CreateHostedZone, https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53.amazonaws.com'
  AND event_name = 'CreateHostedZone'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
