/*---
id: account_authorization_read
title: All users, roles and policies of an account read in one call
severity: low
status: stable
attack: [T1087.004, T1069.003]
practice: monitoring
description: >
  GetAccountAuthorizationDetails answers with every user, group, role and policy: all that is needed to plan a
  way to more rights. Few programs need it.
false_positives:
  - Posture and IAM analysis tools; put their principals into inventory_principals.
respond:
  - Who is it, from where, with which client (hunt principal_timeline)?
  - Look for changes of policies, keys and roles by the same principal afterwards (hunt policy_changes).
  - >
    If unexplained: take the credential away.
references:
  - GetAccountAuthorizationDetails, https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
params:
  inventory_principals:
    type: text[]
    default: []
    description: principals (role or user ARNs) of inventory and posture tools
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'GetAccountAuthorizationDetails'
  AND error_code IS NULL
  AND error_message IS NULL
  AND (user_type IS DISTINCT FROM 'AWSService')
  AND user_invoked_by IS NULL
  AND coalesce(session_issuer_arn, '') NOT LIKE '%:role/aws-service-role/%'
  -- A long answer comes in pages; the first call is enough.
  AND request_parameters ->> 'marker' IS NULL
  AND NOT coalesce(principal IN ($inventory_principals), false)
