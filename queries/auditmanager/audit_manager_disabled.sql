/*---
id: audit_manager_disabled
title: Audit Manager turned off
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Evidence for audits is no longer gathered, and may be deleted with it.
false_positives:
  - Audit Manager is given up.
respond:
  - >
    Register the account again: `aws auditmanager register-account`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Tell the auditors from when to when evidence is missing.
references:
  - DeregisterAccount, https://docs.aws.amazon.com/audit-manager/latest/APIReference/API_DeregisterAccount.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'auditmanager.amazonaws.com'
  AND event_name IN ('DeregisterAccount', 'DeregisterOrganizationAdminAccount')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
