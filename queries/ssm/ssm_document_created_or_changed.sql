/*---
id: ssm_document_created_or_changed
title: A Systems Manager document with commands was created or changed
severity: low
status: stable
attack: [T1651, T1059]
practice: least-privilege
description: >
  A document of one's own hides a script from rules that look at AWS-RunShellScript; a changed one runs in every
  association that uses it. Documents that CloudFormation or another service makes are left out.
false_positives:
  - Building automation by hand.
respond:
  - Read it (`aws ssm get-document --name …`) and compare its versions.
  - Look for SendCommand, CreateAssociation and StartAutomationExecution with its name.
  - If unknown, set the default version back or delete it, and look at the caller.
references:
  - CreateDocument, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
  - UpdateDocument, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateDocument.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name IN ('CreateDocument', 'UpdateDocument', 'UpdateDocumentDefaultVersion')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(request_parameters ->> 'name', '') <> 'SSM-SessionManagerRunShell'
  AND lower(coalesce(request_parameters ->> 'documentType', 'Command')) IN ('command', 'automation', 'package', 'session')
