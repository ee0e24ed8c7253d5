/*---
id: ec2_public_address_at_launch
title: An instance was launched with a public address
severity: low
status: stable
attack: [T1133, T1578.002]
practice: policy-conditions
description: >
  The launch asked for a public address, so the instance is one security group rule away from the internet. A
  policy condition on ec2:AssociatePublicIpAddress can keep that to those who need it.
false_positives:
  - >
    Bastions, web servers and test machines that are meant to be public. Launches by a service for somebody are
    left out.
respond:
  - Look at the security groups of the instance and at its subnet.
  - Ask the owner whether it has to be reachable from the internet; Session Manager and load balancers do without.
  - Deny the condition ec2:AssociatePublicIpAddress = true where no public instances are meant to be.
references:
  - RunInstances, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'RunInstances'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(coalesce(request_parameters, ''), '"associatePublicIpAddress"\s*:\s*"?true', 'i')
