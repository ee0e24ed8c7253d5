/*---
id: ssm_document_shared
title: A Systems Manager document was shared with another account
severity: low
status: stable
attack: [T1537]
practice: least-privilege
description: >
  The other account can read and run the document. Inside an organization that is how documents are distributed;
  with a foreign account it gives scripts away.
false_positives:
  - Sharing with accounts of your own organization that are not in trusted_accounts.
respond:
  - Check whose account it is (accountIdsToAdd).
  - Read the document for secrets and internal names.
  - Take it back with `aws ssm modify-document-permission --account-ids-to-remove …`.
references:
  - >
    ModifyDocumentPermission,
    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ModifyDocumentPermission.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name = 'ModifyDocumentPermission'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(request_parameters ->> 'accountIdsToAdd', coalesce(recipient_account_id, user_account_id, ''), ''),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '[0-9]{12}'
  )
