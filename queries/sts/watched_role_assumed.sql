/*---
id: watched_role_assumed
title: Role on the watch list assumed
severity: medium
status: stable
attack: [T1078.004, T1548]
practice: least-privilege
description: >
  Somebody took a role that you said to watch, such as one for emergencies or the owner of backups. Its use should
  match a ticket; use without one is the start of an incident.
false_positives:
  - The emergency that the role is for, or an exercise.
respond:
  - Find the person, in principal, source identity and roleSessionName, and the ticket.
  - List what the session did, by the new key in response_elements, with hunt key_activity.
  - >
    Unexplained: revoke the role's sessions (IAM console, Revoke sessions) and treat the caller as stolen.
references:
  - AssumeRole, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
  - AssumeRoleWithSAML, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
  - AssumeRoleWithWebIdentity, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
params:
  watched_roles:
    type: text[]
    required: true
    description: ARNs of the roles whose every use is to be told
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity')
  AND request_parameters ->> 'roleArn' IN ($watched_roles)
  AND error_code IS NULL
  AND error_message IS NULL
