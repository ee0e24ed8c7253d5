/*---
id: vpc_block_public_access_weakened
title: Block on internet access of networks weakened
severity: medium
status: stable
attack: [T1562.007]
practice: policy-conditions
description: >
  VPC Block Public Access keeps the whole region off the internet whatever routes and security groups say. It
  was turned off, or a network was let out of it.
false_positives:
  - A planned exclusion for a network that shall be public.
respond:
  - >
    Turn it on again, `aws ec2 modify-vpc-block-public-access-options --internet-gateway-block-mode
    block-bidirectional`, or delete the exclusion.
  - Look for new routes to internet gateways and open security groups since.
  - Ask the caller; look at what else they did (hunt principal_timeline).
references:
  - ModifyVpcBlockPublicAccessOptions, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcBlockPublicAccessOptions.html
  - CreateVpcBlockPublicAccessExclusion, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcBlockPublicAccessExclusion.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN (
    'ModifyVpcBlockPublicAccessOptions', 'CreateVpcBlockPublicAccessExclusion',
    'ModifyVpcBlockPublicAccessExclusion'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    (event_name IS DISTINCT FROM 'ModifyVpcBlockPublicAccessOptions')
    OR lower(coalesce(
      request_parameters -> 'ModifyVpcBlockPublicAccessOptionsRequest' ->> 'InternetGatewayBlockMode',
      request_parameters ->> 'internetGatewayBlockMode'
    )) = 'off'
  )
