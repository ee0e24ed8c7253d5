/*---
id: bedrock_policy_shared
title: Bedrock resource policy lets another account in
severity: medium
status: stable
attack: [T1098, T1537]
practice: policy-conditions
description: >
  A principal of another account may use the model, agent or guardrail from now on, at your cost or with your data
  in it.
false_positives:
  - Sharing inside an organization. Name those accounts in trusted_accounts.
respond:
  - Find out whose account it is and what it may do.
  - >
    Take it away: `aws bedrock delete-resource-policy --resource-arn ARN`.
  - Find out who called and what that principal did before.
references:
  - PutResourcePolicy, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_PutResourcePolicy.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('bedrock.amazonaws.com', 'bedrock-agentcore.amazonaws.com')
  AND event_name = 'PutResourcePolicy'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Twelve digits that are neither this account nor trusted.
  AND regexp_like(
    regexp_replace(
      replace(
        array_to_string(policy_principals(coalesce(request_parameters ->> 'resourcePolicy', request_parameters ->> 'policy')), ' '),
        coalesce(recipient_account_id, user_account_id, ''), ''
      ),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^| |::)[0-9]{12}'
  )
