/*---
id: route_to_internet_gateway
title: Subnet routed to the internet
severity: low
status: stable
attack: [T1562.007, T1133]
practice: policy-conditions
description: >
  A default route to an internet gateway makes every subnet of the table a public one. In a network that was
  private it opens a way in and a way out past the proxies.
false_positives:
  - Setting up a new network with public subnets.
respond:
  - See which subnets use the table, `aws ec2 describe-route-tables --route-table-ids ID`, and what runs there.
  - >
    If they shall be private, delete the route, `aws ec2 delete-route --route-table-id ID
    --destination-cidr-block 0.0.0.0/0`.
  - Look for public addresses and open security groups given by the same principal (hunt principal_timeline).
references:
  - CreateRoute, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html
  - ReplaceRoute, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRoute.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('CreateRoute', 'ReplaceRoute')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    request_parameters ->> 'destinationCidrBlock' = '0.0.0.0/0'
    OR request_parameters ->> 'destinationIpv6CidrBlock' = '::/0'
  )
  AND request_parameters ->> 'gatewayId' LIKE 'igw-%'
