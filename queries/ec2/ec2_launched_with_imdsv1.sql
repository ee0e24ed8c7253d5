/*---
id: ec2_launched_with_imdsv1
title: An instance was launched that allows IMDSv1
severity: info
status: stable
attack: [T1552.005]
practice: policy-conditions
description: >
  With version 1 of the metadata service one forged request through a web application is enough to read the
  credentials of the instance role. Launches by services are left out.
false_positives:
  - Old programs that cannot do version 2.
respond:
  - >
    Require tokens: `aws ec2 modify-instance-metadata-options --http-tokens required`.
  - >
    Make version 2 the default of the account: `aws ec2 modify-instance-metadata-defaults --http-tokens required`.
  - Deny launches by the condition ec2:MetadataHttpTokens.
references:
  - IMDSv2, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'RunInstances'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(coalesce(request_parameters ->> 'metadataOptions', ''), '"httpTokens"\s*:\s*"optional"', 'i')
