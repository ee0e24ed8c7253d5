/*---
id: service_role_assumed_by_user
title: Role of a service assumed by a person or session
severity: medium
status: stable
attack: [T1078.004, T1548.005]
practice: least-privilege
description: >
  Roles under the path service-role are made by the console for one service. A person or another role can take one
  only when somebody widened its trust policy, which is a way to get the service's rights.
false_positives:
  - A developer who debugs a build or function with its own role.
respond:
  - Read the trust policy of the role (`aws iam get-role`) and who changed it (UpdateAssumeRolePolicy).
  - List what the session did, by the new key in response_elements, with hunt key_activity.
  - Take everything but the service out of the trust policy and revoke the role's sessions.
references:
  - AssumeRole, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRole'
  AND user_type IN ('IAMUser', 'AssumedRole', 'FederatedUser', 'AWSAccount', 'Root')
  AND request_parameters ->> 'roleArn' LIKE '%:role/service-role/%'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') = ''
