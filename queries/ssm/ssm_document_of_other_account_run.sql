/*---
id: ssm_document_of_other_account_run
title: A document of another account was run on instances
severity: medium
status: stable
attack: [T1651, T1195.002]
practice: least-privilege
description: >
  The commands come from a document that somebody else owns and can change at any time. Your instances run them as
  root. Services that act for somebody are left out.
false_positives:
  - Documents that a central account of your organization shares; put it into trusted_accounts.
respond:
  - Check whose account it is (in the ARN of the document).
  - Read it (`aws ssm get-document`) and what it did (`aws ssm list-commands`).
  - If unknown, delete associations with it, isolate the instances, revoke the sessions of their roles.
references:
  - SendCommand, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
  - Shared documents, https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name IN (
    'SendCommand', 'StartAutomationExecution', 'CreateAssociation', 'UpdateAssociation', 'StartSession'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    regexp_replace(
      replace(
        coalesce(request_parameters ->> 'documentName', request_parameters ->> 'name', ''),
        coalesce(recipient_account_id, user_account_id, ''), ''
      ),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '^arn:aws[a-z-]*:ssm:[^:]*:[0-9]{12}:document/'
  )
