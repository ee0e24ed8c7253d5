/*---
id: access_key_created_for_itself
title: IAM user created an access key for itself
severity: low
status: stable
attack: [T1098.001]
practice: rotate-credentials
description: >
  A second key doubles the ways in. It is the first half of a rotation; when the old key isn't deleted afterwards,
  or the user has only ever had a password, it is worth a question.
false_positives:
  - Key rotation, followed by UpdateAccessKey or DeleteAccessKey of the old one.
  - The first key of a new user.
respond:
  - Look for the deletion of the old key in the next days, hunt principal_timeline.
  - Compare the address of this call with where the user usually works.
  - >
    Unexplained: `aws iam update-access-key --status Inactive` on the new key, and change the user's password.
references:
  - CreateAccessKey, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateAccessKey'
  AND user_type = 'IAMUser'
  AND lower(coalesce(request_parameters ->> 'userName', response_elements -> 'accessKey' ->> 'userName', user_name))
    = lower(user_name)
  AND error_code IS NULL
  AND error_message IS NULL
