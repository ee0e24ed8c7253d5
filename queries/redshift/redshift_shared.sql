/*---
id: redshift_shared
title: Redshift snapshot, datashare or endpoint opened to another account
severity: medium
status: stable
attack: [T1537]
practice: policy-conditions
description: >
  The other account can restore the snapshot, query the shared tables or reach the cluster from its own network. What
  it has copied by then it keeps.
false_positives:
  - Warehouses that are shared inside an organization or with a partner. Name those accounts in trusted_accounts.
respond:
  - Find the account in request_parameters and whose it is.
  - >
    Take it back: `aws redshift revoke-snapshot-access`, `deauthorize-data-share` or `revoke-endpoint-access`.
  - Find out who called and what that principal did before; rotate its credentials if nobody knows about it.
references:
  - AuthorizeSnapshotAccess, https://docs.aws.amazon.com/redshift/latest/APIReference/API_AuthorizeSnapshotAccess.html
  - AuthorizeDataShare, https://docs.aws.amazon.com/redshift/latest/APIReference/API_AuthorizeDataShare.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'redshift.amazonaws.com'
  AND event_name IN ('AuthorizeSnapshotAccess', 'AuthorizeDataShare', 'AuthorizeEndpointAccess')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Twelve digits that are neither this account nor trusted; a consumer may be an ARN with a region, too.
  AND regexp_like(
    regexp_replace(
      coalesce(
        request_parameters ->> 'accountWithRestoreAccess', request_parameters ->> 'consumerIdentifier',
        request_parameters ->> 'account'
      ),
      coalesce(recipient_account_id, user_account_id, '') || '|' || array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^|:)[0-9]{12}(:|$)'
  )
