/*---
id: security_auto_enable_off
title: Security service no longer turned on in new accounts
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Accounts that join the organization from now on come without Security Hub, Macie or Inspector. An intruder who can
  make accounts works there unseen. GuardDuty has a rule of its own.
false_positives:
  - A change to central configuration, in which Security Hub needs the setting to be off.
respond:
  - >
    Set it back: `aws securityhub update-organization-configuration --auto-enable`, and the same of macie2 and
    inspector2.
  - Which accounts joined since? Look at CreateAccount and AcceptHandshake.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - UpdateOrganizationConfiguration, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateOrganizationConfiguration.html
  - UpdateOrganizationConfiguration, https://docs.aws.amazon.com/inspector/v2/APIReference/API_UpdateOrganizationConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('securityhub.amazonaws.com', 'macie2.amazonaws.com', 'inspector2.amazonaws.com')
  AND event_name = 'UpdateOrganizationConfiguration'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    lower(request_parameters ->> 'AutoEnable') = 'false'
      AND coalesce(request_parameters -> 'OrganizationConfiguration' ->> 'ConfigurationType', '') <> 'CENTRAL'
    OR regexp_like(coalesce(request_parameters ->> 'autoEnable', ''), '^false$|:\s*"?false')
  )
