/*---
id: vpc_endpoint_service_opened
title: Private endpoint service opened to everybody
severity: medium
status: stable
attack: [T1133]
practice: least-privilege
description: >
  Every AWS account may now ask for a private connection to this service, and gets it if connections are
  accepted automatically.
false_positives:
  - A vendor that offers a service to all its customers by PrivateLink.
respond:
  - Take it back, `aws ec2 modify-vpc-endpoint-service-permissions --service-id ID --remove-allowed-principals '*'`.
  - See who is connected, `aws ec2 describe-vpc-endpoint-connections`, and reject whom you don't know.
  - Look at what else the caller did (hunt principal_timeline).
references:
  - ModifyVpcEndpointServicePermissions, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpointServicePermissions.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'ModifyVpcEndpointServicePermissions'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    coalesce(
      request_parameters -> 'ModifyVpcEndpointServicePermissionsRequest' ->> 'AddAllowedPrincipals',
      request_parameters ->> 'addAllowedPrincipals'
    ),
    '(^|")[*]($|")'
  )
