/*---
id: ssm_document_public
title: A Systems Manager document was shared with everybody
severity: high
status: stable
attack: [T1537, T1552.001]
practice: least-privilege
description: >
  Every AWS account can now read and run this document. Documents hold scripts, names of internal systems and at
  times passwords.
false_positives:
  - A vendor that publishes documents for its customers.
respond:
  - >
    Take it back: `aws ssm modify-document-permission --permission-type Share --account-ids-to-remove all --name
    …`.
  - Read the document and replace every secret in it.
  - Block public sharing for the account (service setting /ssm/documents/console/public-sharing-permission).
references:
  - >
    ModifyDocumentPermission,
    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ModifyDocumentPermission.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name = 'ModifyDocumentPermission'
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    lower(request_parameters ->> 'accountIdsToAdd') LIKE '%"all"%'
    OR lower(request_parameters ->> 'accountIdsToAdd') = 'all'
  )
