/*---
id: ecr_repository_shared
title: A container registry was shared with another account
severity: low
status: stable
attack: [T1537]
practice: least-privilege
description: >
  The other account may use the repository or registry. It is how images are distributed inside an organization,
  and how they are carried out of it.
false_positives:
  - Sharing with accounts of your own that are not in trusted_accounts.
respond:
  - Check whose account it is (policyText in request_parameters).
  - See whether it may push as well as pull.
  - If unknown, take it back, and look at pulls since.
references:
  - SetRepositoryPolicy, https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecr.amazonaws.com'
  AND event_name IN ('SetRepositoryPolicy', 'PutRegistryPolicy')
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(
        array_to_string(policy_principals(request_parameters ->> 'policyText'), ' '), coalesce(recipient_account_id, user_account_id, ''), ''
      ),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^|[^0-9])[0-9]{12}([^0-9]|$)'
  )
