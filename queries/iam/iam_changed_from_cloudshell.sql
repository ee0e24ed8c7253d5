/*---
id: iam_changed_from_cloudshell
title: Users, keys or roles changed from CloudShell
severity: medium
status: stable
attack: [T1098.001, T1136.003, T1059.009]
practice: least-privilege
description: >
  CloudShell is a command line in the console with the credentials of whoever signed in. An intruder with a console
  session needs nothing else, and leaves no key that could be withdrawn.
false_positives:
  - An administrator who prefers CloudShell; where that is the custom, suppress their roles.
respond:
  - Ask the person behind principal (the session name in user_arn) whether it was them.
  - Look at the sign-in before it (ConsoleLogin) and its address.
  - >
    Unexplained: revoke the sessions of the role or change the user's password, and undo the change.
references:
  - CloudShell, https://docs.aws.amazon.com/cloudshell/latest/userguide/welcome.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'CreateRole',
    'UpdateAssumeRolePolicy', 'AttachUserPolicy', 'AttachRolePolicy', 'PutUserPolicy', 'PutRolePolicy',
    'AddUserToGroup'
  )
  AND lower(user_agent) LIKE '%exec-env/cloudshell%'
  AND error_code IS NULL
  AND error_message IS NULL
