/*---
id: iam_group_created
title: IAM group created
severity: low
status: stable
attack: [T1136.003, T1098]
practice: least-privilege
description: >
  A group is a place to hang permissions where reviews of users don't look. Groups are seldom created once an
  account is set up.
false_positives:
  - Setting up an account.
  - A new team.
respond:
  - See which policies and users the group got, AttachGroupPolicy, PutGroupPolicy and AddUserToGroup.
  - Ask the caller what it is for.
  - >
    Unexplained: remove its users and policies, then delete it.
references:
  - CreateGroup, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateGroup'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
