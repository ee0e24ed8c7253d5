/*---
id: organization_security_service_cut_off
title: Security service cut off from the organization
severity: high
status: stable
attack: [T1562.001, T1562.008]
practice: monitoring
description: >
  The service no longer sees or manages the organization's accounts, or its administrator account was dismissed.
  Detection and logging go dark in all accounts at once, and findings stop without a sound.
false_positives:
  - The service's administration moves to another account, with a plan.
respond:
  - >
    Put it back: `aws organizations enable-aws-service-access`, `register-delegated-administrator`, and check
    members in the service.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - Look in all accounts at what happened since (`trailhound detect --since`).
references:
  - DisableAWSServiceAccess, https://docs.aws.amazon.com/organizations/latest/APIReference/API_DisableAWSServiceAccess.html
  - DeregisterDelegatedAdministrator, https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeregisterDelegatedAdministrator.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name IN ('DisableAWSServiceAccess', 'DeregisterDelegatedAdministrator')
  AND request_parameters ->> 'servicePrincipal' IN (
    'access-analyzer.amazonaws.com', 'cloudtrail.amazonaws.com', 'config.amazonaws.com',
    'config-multiaccountsetup.amazonaws.com', 'controltower.amazonaws.com', 'detective.amazonaws.com',
    'fms.amazonaws.com', 'guardduty.amazonaws.com', 'inspector2.amazonaws.com', 'macie.amazonaws.com',
    'malware-protection.guardduty.amazonaws.com', 'securityhub.amazonaws.com', 'securitylake.amazonaws.com'
  )
  AND error_code IS NULL
  AND error_message IS NULL
