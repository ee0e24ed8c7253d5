/*---
id: default_route_to_instance
title: All traffic of a subnet routed through one machine or a peered network
severity: medium
status: stable
attack: [T1557, T1562.007]
practice: monitoring
description: >
  A default route to a network interface, an instance or a peering sends whatever leaves the subnet through it.
  That is how traffic is read or led around an inspection; few networks still need it.
false_positives:
  - NAT instances and firewall appliances that route traffic on purpose.
respond:
  - >
    Find the machine behind the target, `aws ec2 describe-network-interfaces --network-interface-ids ID`, and
    who started it.
  - >
    If nobody knows it, set the former route again with `aws ec2 replace-route`; request_parameters of earlier
    route changes show it (rule route_table_changed).
  - >
    Keep the machine for evidence (snapshot, then isolate) and look at what else the caller did (hunt
    principal_timeline).
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
    -- Two halves of the internet win over a default route, and catch the same traffic.
    request_parameters ->> 'destinationCidrBlock' IN ('0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1')
    OR request_parameters ->> 'destinationIpv6CidrBlock' IN ('::/0', '::/1', '8000::/1')
  )
  AND coalesce(
    request_parameters ->> 'networkInterfaceId', request_parameters ->> 'instanceId',
    request_parameters ->> 'vpcPeeringConnectionId', ''
  ) <> ''
