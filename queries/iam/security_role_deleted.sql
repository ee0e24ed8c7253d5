/*---
id: security_role_deleted
title: Role of the security team or a security tool deleted
severity: medium
status: stable
attack: [T1562.001, T1531]
practice: monitoring
description: >
  Auditors, responders and tools look into the account through such a role. Without it they are blind, and locked out
  when they are needed. Roles are meant whose name speaks of security, audit, incidents and the like.
false_positives:
  - A tool that is replaced; roles of an application that sound like it.
respond:
  - Make it again with the same trust and policies, so that the tool gets in.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Check that trails and detectors of the account are still on.
references:
  - DeleteRole, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'DeleteRole'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    coalesce(request_parameters ->> 'roleName', ''),
    '(?i)(security-?(audit|team|hub|tool|respon|account)|auditor|incident|forensic|siem|guard-?duty|cloud-?trail|break-?glass|^AWSControlTower|^OrganizationAccountAccessRole$)'
  )
