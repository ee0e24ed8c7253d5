/*---
id: security_lake_narrowed
title: Security Lake gathers, keeps or hands on less
severity: medium
status: stable
attack: [T1562.008, T1070]
practice: monitoring
description: >
  A subscriber or a source of your own was removed, new accounts are no longer taken in, the administrator was
  dismissed, or the lake deletes its logs within 90 days. Whoever searches there misses something.
false_positives:
  - A tool that is replaced; a shorter retention to save money, by the team that owns the lake.
respond:
  - >
    Put it back: `aws securitylake create-subscriber`, `create-custom-log-source`, `update-data-lake`; see
    request_parameters.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Tell those who search there from when on logs are missing.
references:
  - DeleteSubscriber, https://docs.aws.amazon.com/security-lake/latest/APIReference/API_DeleteSubscriber.html
  - UpdateDataLake, https://docs.aws.amazon.com/security-lake/latest/APIReference/API_UpdateDataLake.html
  - DeregisterDataLakeDelegatedAdministrator, https://docs.aws.amazon.com/security-lake/latest/APIReference/API_DeregisterDataLakeDelegatedAdministrator.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'securitylake.amazonaws.com'
  AND event_name IN (
    'DeleteCustomLogSource', 'DeleteDataLakeOrganizationConfiguration', 'DeregisterDataLakeDelegatedAdministrator',
    'DeleteSubscriber', 'UpdateDataLake'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    (event_name IS DISTINCT FROM 'UpdateDataLake')
    OR regexp_like(request_parameters ->> 'configurations', '"expiration"\s*:\s*\{\s*"days"\s*:\s*[1-8]?[0-9]\s*\}')
  )
