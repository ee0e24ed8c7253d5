/*---
id: console_login_by_iam_user
title: IAM user signed in where people shall use single sign-on
severity: medium
status: stable
attack: [T1078.004]
practice: mfa
description: >
  People here sign in through the identity provider, where leavers are locked out and MFA is enforced. A password of
  an IAM user goes around all that; it is a forgotten user, a break-glass user or an intruder's own one.
false_positives:
  - A user left out on purpose; name them in allowed_console_users.
  - Break-glass users (see break_glass_used).
respond:
  - Ask the user, and find out who made the user and the password (CreateUser, CreateLoginProfile).
  - See what the session did (`trailhound query -f principal_timeline --param who=<name>`).
  - Delete the password (`aws iam delete-login-profile`) of users who don't need one.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
  - Security best practices in IAM, https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
params:
  single_sign_on_only:
    type: bool
    default: false
    description: whether people here shall sign in through an identity provider only
  allowed_console_users:
    type: text[]
    default: []
    description: names of IAM users who may sign in with a password all the same
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'ConsoleLogin'
  AND $single_sign_on_only
  AND user_type = 'IAMUser'
  AND lower(response_elements ->> 'ConsoleLogin') = 'success'
  AND NOT coalesce(user_name IN ($allowed_console_users), false)
