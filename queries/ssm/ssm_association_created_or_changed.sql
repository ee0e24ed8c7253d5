/*---
id: ssm_association_created_or_changed
title: A repeated command on instances was set up or changed
severity: low
status: stable
attack: [T1651, T1053]
practice: least-privilege
description: >
  Associations and maintenance windows run a document again and again on all instances that match, on new ones
  too. It is an easy way to stay on a fleet. What CloudFormation or another service sets up is left out.
false_positives:
  - Setting up patching or inventory by hand.
respond:
  - See document, targets and schedule in request_parameters.
  - Read the document and its parameters (`aws ssm describe-association`).
  - If unknown, delete it, and look for what it ran already (`aws ssm list-commands`).
references:
  - CreateAssociation, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateAssociation.html
  - >
    RegisterTaskWithMaintenanceWindow,
    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTaskWithMaintenanceWindow.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name IN (
    'CreateAssociation', 'CreateAssociationBatch', 'UpdateAssociation', 'RegisterTaskWithMaintenanceWindow'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
