/*---
id: securityhub_checks_disabled
title: Security Hub standard, control or integration turned off
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Security Hub still runs but no longer checks something, or no longer takes the findings of a product such as
  GuardDuty. What would have failed shows up no more.
false_positives:
  - Controls that do not fit and are turned off with a reason, by the team that owns Security Hub.
  - A change to another standard, with the new one turned on as well.
respond:
  - See in request_parameters what was turned off and which reason was given.
  - >
    Turn it on again: `aws securityhub batch-update-standards-control-associations`,
    `enable-import-findings-for-product`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - BatchDisableStandards, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchDisableStandards.html
  - UpdateStandardsControl, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateStandardsControl.html
  - BatchUpdateStandardsControlAssociations, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateStandardsControlAssociations.html
  - DisableImportFindingsForProduct, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DisableImportFindingsForProduct.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'securityhub.amazonaws.com'
  AND event_name IN (
    'BatchDisableStandards', 'DisableImportFindingsForProduct', 'UpdateStandardsControl',
    'BatchUpdateStandardsControlAssociations'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    event_name IN ('BatchDisableStandards', 'DisableImportFindingsForProduct')
    OR regexp_like(coalesce(request_parameters, ''), '(?i)"(ControlStatus|AssociationStatus)"\s*:\s*"DISABLED"')
  )
