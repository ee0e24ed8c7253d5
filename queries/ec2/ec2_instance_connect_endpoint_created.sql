/*---
id: ec2_instance_connect_endpoint_created
title: A tunnel endpoint into a private network was created
severity: medium
status: stable
attack: [T1133, T1572]
practice: least-privilege
description: >
  An EC2 Instance Connect endpoint lets whoever has the right reach SSH and RDP of instances without a public
  address, past bastions and VPN. Endpoints by CloudFormation are left out.
false_positives:
  - The network team, once for each network.
respond:
  - Ask the caller; see the subnet and the security groups.
  - Look for OpenTunnel and SendSSHPublicKey afterwards.
  - If unknown, `aws ec2 delete-instance-connect-endpoint`.
references:
  - >
    Instance Connect endpoint,
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connect-with-ec2-instance-connect-endpoint.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'CreateInstanceConnectEndpoint'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
