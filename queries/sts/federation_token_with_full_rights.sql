/*---
id: federation_token_with_full_rights
title: Federated session with all rights of its user
severity: high
status: stable
attack: [T1550.001, T1078.004, T1548.005]
practice: least-privilege
description: >
  GetFederationToken was called with a policy that allows everything. A broker narrows its sessions down; somebody
  who keeps access for after the key is withdrawn does the contrary, and attack tools send just this policy.
false_positives:
  - A broker that leaves all limits to the user's own policies.
respond:
  - >
    Look at what the new key did (response_elements credentials accessKeyId), with hunt key_activity, and at console
    sign-ins of that federated user.
  - Ask the owner of the calling key.
  - >
    Unexplained: attach a deny-all policy to the user itself, which ends the federated sessions too; deactivating
    its key doesn't.
references:
  - GetFederationToken, https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'GetFederationToken'
  AND (
    -- "*" or "*:*" as the action or in the list of actions, or all but some
    regexp_like(request_parameters ->> 'policy', '(?is)"Action"\s*:\s*(\[[^\]]*)?"\*(:\*)?"|"NotAction"')
      AND regexp_like(request_parameters ->> 'policy', '(?i)"Effect"\s*:\s*"Allow"')
    OR regexp_like(request_parameters ->> 'policyArns', ':policy/AdministratorAccess"')
  )
  AND error_code IS NULL
  AND error_message IS NULL
