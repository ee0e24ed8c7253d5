/*---
id: central_root_access_enabled
title: Central root access enabled for the organization
severity: medium
status: stable
attack: [T1098.003, T1548.005]
practice: avoid-root
description: >
  From now on the management account can delete or create the root credentials of every member, or act as root in it.
  It is good practice when planned; in a taken-over management account it opens every other account.
false_positives:
  - The organization's security team sets up central root access, once.
respond:
  - Ask the organization's security team whether it is planned.
  - Look for AssumeRoot by the same principal (rules root_session_for_repair, root_session_for_password).
  - >
    If unexplained: `aws iam disable-organizations-root-sessions` and
    `disable-organizations-root-credentials-management`, and revoke the caller's sessions.
references:
  - Centralize root access, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
  - EnableOrganizationsRootSessions, https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootSessions.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('EnableOrganizationsRootCredentialsManagement', 'EnableOrganizationsRootSessions')
  AND error_code IS NULL
  AND error_message IS NULL
