/*---
id: root_password_created
title: Password created for the root user of an account
severity: high
status: stable
attack: [T1098.001, T1078.004]
practice: avoid-root
description: >
  The root user of a member account that had no password can sign in again: the password is set through the e-mail
  address of the account. It is a recovery step of central root access, and a way to take over a member account for
  good.
false_positives:
  - >
    A planned recovery of root access to one member account, followed by a sign-in and by the deletion of the
    password.
respond:
  - Find the AssumeRoot call with task IAMCreateRootUserPassword (rule root_session_for_password) and who made it.
  - Ask the team that keeps the organization's root access; check who can read the account's mailbox.
  - >
    When done or unexplained: delete root's password again through central root access (task
    IAMDeleteRootUserCredentials).
references:
  - Privileged tasks in member accounts, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
  - CreateLoginProfile, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
---*/
-- Root naming no user makes a password for root itself.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateLoginProfile'
  AND user_type = 'Root'
  AND coalesce(request_parameters ->> 'userName', '') IN ('', 'AWS ROOT USER')
  AND error_code IS NULL
  AND error_message IS NULL
