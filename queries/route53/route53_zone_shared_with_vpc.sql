/*---
id: route53_zone_shared_with_vpc
title: Private hosted zone associated with a VPC
severity: low
status: stable
attack: [T1557, T1583.001]
practice: monitoring
description: >
  From now on the VPC asks this zone for the names in it. A zone of a stranger with a familiar name answers with the
  stranger's addresses.
false_positives:
  - Building networks, by people and pipelines. Stacks of CloudFormation are left out.
respond:
  - See whose zone and whose VPC it is.
  - Ask the caller.
  - >
    Take it back: `aws route53 disassociate-vpc-from-hosted-zone`.
references:
  - AssociateVPCWithHostedZone, https://docs.aws.amazon.com/Route53/latest/APIReference/API_AssociateVPCWithHostedZone.html
  - CreateVPCAssociationAuthorization, https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateVPCAssociationAuthorization.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53.amazonaws.com'
  AND event_name IN ('AssociateVPCWithHostedZone', 'CreateVPCAssociationAuthorization')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
