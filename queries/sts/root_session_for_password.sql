/*---
id: root_session_for_password
title: Central root session taken to give a member account a root password
severity: high
status: stable
attack: [T1548.005, T1098.001]
practice: avoid-root
description: >
  Somebody in the management account or the delegated administrator became root of a member account with the one task
  that lets root sign in again. Together with the account's mailbox that is full and lasting control of the member
  account.
false_positives:
  - A planned recovery of root access to a member account.
respond:
  - >
    Ask the caller and the team that keeps the organization's root access (targetPrincipal in request_parameters names
    the account).
  - Look for CreateLoginProfile by root (rule root_password_created) and a root sign-in in that account.
  - >
    If unexplained: revoke the caller's sessions, delete root's password by the task IAMDeleteRootUserCredentials,
    check the account's e-mail address.
references:
  - AssumeRoot, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
  - Privileged tasks in member accounts, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRoot'
  -- {"arn": …} or the ARN alone
  AND request_parameters ->> 'taskPolicyArn' LIKE '%IAMCreateRootUserPassword%'
  AND error_code IS NULL
  AND error_message IS NULL
