/*---
id: cloudtrail_lake_shared
title: Event data store shared with another account
severity: medium
status: stable
attack: [T1530, T1537]
practice: monitoring
description: >
  A resource policy lets others query the events of CloudTrail Lake: who works in the account, from where, with what.
  Most stores never need one. Your own accounts belong into trusted_accounts.
false_positives:
  - A central security account that is given access to the store of another account, and is not in
    trusted_accounts yet.
respond:
  - Whom does the policy name? `aws cloudtrail get-resource-policy`; take it away with `delete-resource-policy`.
  - Look for StartQuery and GetQueryResults of those accounts.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - PutResourcePolicy, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutResourcePolicy.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudtrail.amazonaws.com'
  AND event_name = 'PutResourcePolicy'
  AND error_code IS NULL
  AND error_message IS NULL
  AND request_parameters ->> 'resourceArn' LIKE '%:eventdatastore/%'
  -- Twelve digits that are neither this account nor trusted. A policy too long for the record may say anything.
  AND (
    request_parameters ->> 'resourcePolicy' IS NULL
    OR policy_is_public(request_parameters ->> 'resourcePolicy')
    OR regexp_like(
      regexp_replace(
        array_to_string(policy_principals(request_parameters ->> 'resourcePolicy'), ' '),
        coalesce(recipient_account_id, user_account_id, '-') || '|' || array_to_string($trusted_accounts, '|'), '', 'g'
      ),
      '(^| |::)[0-9]{12}'
    )
  )
