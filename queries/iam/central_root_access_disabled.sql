/*---
id: central_root_access_disabled
title: Central root access disabled for the organization
severity: medium
status: stable
attack: [T1098, T1531]
practice: avoid-root
description: >
  The management account can no longer remove the root credentials of members, so an intruder who holds root of a
  member keeps it, and new members can have root passwords again.
false_positives:
  - A planned change of how the organization keeps its root users.
respond:
  - Ask the organization's security team whether it is planned.
  - Look for sign-ins of root and root password changes in member accounts (`trailhound query -f root_trail`).
  - >
    If unexplained: enable it again (`aws iam enable-organizations-root-credentials-management`) and revoke the
    caller's sessions.
references:
  - Centralize root access, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
  - DisableOrganizationsRootCredentialsManagement, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DisableOrganizationsRootCredentialsManagement.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('DisableOrganizationsRootCredentialsManagement', 'DisableOrganizationsRootSessions')
  AND error_code IS NULL
  AND error_message IS NULL
