/*---
id: guardduty_protection_reduced
title: GuardDuty protection plan turned off
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  GuardDuty still runs but no longer looks at S3 data events, EKS audit logs, runtime, logins or malware, or new
  accounts of the organization are no longer covered. It is the quiet way to blind it.
false_positives:
  - A plan that is turned off to save money, by the team that owns GuardDuty.
  - Infrastructure as code that sets all features on each run.
respond:
  - >
    Compare what is on with what should be: `aws guardduty get-detector`, `describe-organization-configuration`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Turn the plan on again; if nobody can explain the change, look for what that plan would have seen since.
references:
  - UpdateDetector, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateDetector.html
  - UpdateMemberDetectors, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateMemberDetectors.html
  - UpdateOrganizationConfiguration, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateOrganizationConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'guardduty.amazonaws.com'
  AND event_name IN (
    'UpdateDetector', 'UpdateMemberDetectors', 'UpdateOrganizationConfiguration', 'DeleteMalwareProtectionPlan'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    event_name = 'DeleteMalwareProtectionPlan'
    -- The features of today, and the data sources they replaced: s3Logs, kubernetes.auditLogs, malwareProtection.
    OR regexp_like(coalesce(request_parameters, ''), '(?i)"status"\s*:\s*"DISABLED"')
    OR regexp_like(coalesce(request_parameters -> 'dataSources' ->> 's3Logs', ''), '(?i)"(enable|autoEnable)"\s*:\s*"?false')
    OR regexp_like(coalesce(request_parameters -> 'dataSources' ->> 'kubernetes', ''), '(?i)"(enable|autoEnable)"\s*:\s*"?false')
    OR regexp_like(
      coalesce(request_parameters -> 'dataSources' ->> 'malwareProtection', ''), '(?i)"?(ebsVolumes|autoEnable)"?\s*:\s*"?false'
    )
    OR regexp_like(coalesce(request_parameters, ''), '(?i)"(autoEnable|autoEnableOrganizationMembers)"\s*:\s*"NONE"')
    OR lower(request_parameters ->> 'autoEnable') = 'false'
  )
