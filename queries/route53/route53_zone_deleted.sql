/*---
id: route53_zone_deleted
title: Hosted zone deleted
severity: medium
status: stable
attack: [T1485, T1489]
practice: monitoring
description: >
  Every name of the zone stops to resolve, or, if the domain still points to Route 53, waits for somebody else to
  create the zone.
false_positives:
  - Zones of test environments. Stacks of CloudFormation are left out.
respond:
  - Ask the caller; find the zone's name (earlier events of the zone id).
  - Create it again with its records, and set the new name servers at the registrar.
  - Look for other deletions by the same principal.
references:
  - DeleteHostedZone, https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteHostedZone.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53.amazonaws.com'
  AND event_name = 'DeleteHostedZone'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
