/*---
id: ec2_imdsv1_allowed
title: An instance or the account now allows IMDSv1
severity: medium
status: stable
attack: [T1552.005, T1578.005]
practice: policy-conditions
description: >
  With version 1 of the metadata service one forged request through a web application is enough to read the
  credentials of the instance role. Version 2 asks for a token first and stops that.
false_positives:
  - An old program that cannot do version 2, for as long as it takes to replace it.
respond:
  - Ask the caller why; require tokens again (`aws ec2 modify-instance-metadata-options --http-tokens required`).
  - Look for use of the instance role from other addresses (hunt instance_credentials_elsewhere).
  - Deny ec2:RunInstances and the modify call by ec2:MetadataHttpTokens.
references:
  - >
    ModifyInstanceMetadataOptions,
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html
  - IMDSv2, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('ModifyInstanceMetadataOptions', 'ModifyInstanceMetadataDefaults')
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(coalesce(request_parameters, ''), '"httpTokens"\s*:\s*"optional"', 'i')
