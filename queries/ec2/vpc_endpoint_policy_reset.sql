/*---
id: vpc_endpoint_policy_reset
title: Policy of a VPC endpoint taken away
severity: medium
status: stable
attack: [T1562.007, T1048]
practice: policy-conditions
description: >
  Without a policy of its own the endpoint lets any credentials reach any resource of the service. A limit to
  your organization, which kept data from being carried out with foreign keys, is gone.
false_positives:
  - Looking for the cause of a denied call.
respond:
  - Set the former policy again, `aws ec2 modify-vpc-endpoint --vpc-endpoint-id ID --policy-document FILE`.
  - Look for foreign credentials used there since (rule vpc_endpoint_foreign_credentials, hunt network_activity).
  - Ask the caller; look at what else they did (hunt principal_timeline).
references:
  - ModifyVpcEndpoint, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'ModifyVpcEndpoint'
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(coalesce(
    request_parameters -> 'ModifyVpcEndpointRequest' ->> 'ResetPolicy', request_parameters ->> 'resetPolicy'
  )) = 'true'
