/*---
id: instance_credentials_outside_network
title: Credentials of an instance used outside its networks
severity: high
status: stable
attack: [T1552.005, T1078.004]
practice: policy-conditions
description: >
  The role of an EC2 instance was used from a public address that isn't one of your instances'. The credentials were
  read from the metadata service, by somebody in the instance or through a hole in its web server, and taken away.
  Denied calls count.
false_positives:
  - Instances with public addresses of their own, when these aren't on the list.
respond:
  - Find the instance in user_arn (i-…) and what else came from this address (hunt address_activity).
  - Revoke the role's sessions (IAM console, Revoke sessions); the instance gets new ones by itself.
  - >
    Isolate the instance, find the hole, require IMDSv2 (`aws ec2 modify-instance-metadata-options --http-tokens
    required`).
references:
  - Instance metadata, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
params:
  instance_networks:
    type: cidr[]
    required: true
    description: public addresses of instances and of the NAT gateways before them
---*/
SELECT * FROM cloudtrail
WHERE user_type = 'AssumedRole'
  AND regexp_like(user_arn, '/i-[0-9a-f]{8,17}$')
  AND NOT coalesce(ip_in(source_ip, $instance_networks), true)
  -- through a VPC endpoint
  AND NOT coalesce(ip_is_private(source_ip), true)
  AND coalesce(user_invoked_by, '') = ''
