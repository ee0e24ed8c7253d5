/*---
id: vpc_endpoint_public_address
title: Storage reached through a VPC endpoint from a public address
severity: low
status: stable
attack: [T1048]
practice: policy-conditions
description: >
  Calls through an endpoint come from private addresses. A public one means that the network uses public
  addresses inside, or that traffic from elsewhere is led through it.
false_positives:
  - Networks that use public address blocks of their own inside.
respond:
  - Compare the address with the blocks of the endpoint's VPC, `aws ec2 describe-vpcs`.
  - See what else came from it (hunt address_activity) and by whose credentials.
  - >
    If it isn't yours, find what in the VPC forwards traffic: VPNs, proxies, peerings.
references:
  - Logging network activity events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND lower(event_type) IN ('awsvpceevent', 'awsvpceevents')
  AND ip_kind(source_ip_address) = 'public'
  -- Addresses of IPv6 inside a VPC are public ones.
  AND coalesce(source_ip_address, '') NOT LIKE '%:%'
