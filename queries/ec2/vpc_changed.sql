/*---
id: vpc_changed
title: VPC or peering changed
severity: info
status: stable
attack: [T1578.005]
practice: monitoring
description: >
  A network was created, removed or joined with another. A signal that explains others, not an alert; changes
  that a service makes on somebody's behalf are left out.
false_positives:
  - Everyday administration and infrastructure as code.
respond:
  - See the VPC in request_parameters; an unknown network in a region that you don't use is a hiding place.
  - Look at who called, from where, and what else they did (hunt principal_timeline).
references:
  - CreateVpc, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html
  - CreateVpcPeeringConnection, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcPeeringConnection.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN (
    'CreateVpc', 'DeleteVpc', 'ModifyVpcAttribute', 'CreateVpcPeeringConnection', 'AcceptVpcPeeringConnection',
    'RejectVpcPeeringConnection', 'DeleteVpcPeeringConnection', 'CreateDefaultVpc'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
