/*---
id: iam_changed_with_s3_browser
title: Users, keys or passwords handled with S3 Browser
severity: high
status: stable
attack: [T1136.003, T1098.001, T1059.009]
practice: least-privilege
description: >
  S3 Browser is a Windows program to move files to and from buckets. Its menu can also make users, keys and
  policies; a known group of criminals who live from stolen keys works that way. Denied attempts count, since the
  key was good.
false_positives:
  - A person who administers users with S3 Browser.
respond:
  - Ask the owner of the credential whether they use S3 Browser, from this address.
  - List what the credential did, with hunt key_activity, and what users and keys it made.
  - >
    Unexplained: deactivate the key (`aws iam update-access-key --status Inactive`) and all that it made.
references:
  - CreateUser, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
  - CreateLoginProfile, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'CreateUser', 'CreateAccessKey', 'GetLoginProfile', 'CreateLoginProfile', 'UpdateLoginProfile',
    'AttachUserPolicy', 'PutUserPolicy'
  )
  AND (lower(user_agent) LIKE '%s3 browser%' OR lower(user_agent) LIKE '%s3browser%')
