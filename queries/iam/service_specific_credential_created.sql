/*---
id: service_specific_credential_created
title: Long-term credential for one service created
severity: medium
status: stable
attack: [T1098.001]
practice: rotate-credentials
description: >
  A user name and password, or an API key, of an IAM user for one service, such as Bedrock, CodeCommit, Keyspaces or
  CloudWatch. It is a long-term secret that is no access key, so reviews of access keys don't show it; a Bedrock API
  key pays for models.
false_positives:
  - A developer who needs git over HTTPS, or tries Bedrock with an API key.
respond:
  - See service and user in request_parameters, and ask whether they need it; roles and short-term keys are better.
  - Look at what the credential does; the events carry the user's name and the credential's id (ACCA…).
  - >
    Unexplained: `aws iam update-service-specific-credential --status Inactive`, then delete it.
references:
  - CreateServiceSpecificCredential, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html
  - ResetServiceSpecificCredential, https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResetServiceSpecificCredential.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreateServiceSpecificCredential', 'ResetServiceSpecificCredential')
  AND error_code IS NULL
  AND error_message IS NULL
