/*---
id: iam_user_created
title: IAM user created
severity: medium
status: stable
attack: [T1136.003]
practice: least-privilege
description: >
  A new IAM user is an identity with long-term credentials, and the classic way to stay after the first theft is
  noticed. Where people sign in through Identity Center and workloads have roles, few are ever needed. Users that
  CloudFormation creates are left out.
false_positives:
  - A new employee or service account where IAM users are still the custom.
  - Terraform and other tools that call the API directly.
  - A long-term Bedrock API key made in the console, which creates a user named BedrockAPIKey-….
respond:
  - Ask the caller (principal) whether they made this user, and for what.
  - >
    See what the user got next, CreateAccessKey, CreateLoginProfile, AttachUserPolicy or AddUserToGroup, in hunt
    principal_timeline of the caller.
  - >
    Unexplained: deactivate the keys (`aws iam update-access-key --status Inactive`), delete the login profile, and
    treat the caller as stolen.
references:
  - CreateUser, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateUser'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
