/*---
id: iam_user_renamed
title: IAM user renamed or moved to another path
severity: low
status: stable
attack: [T1036.003, T1098]
practice: monitoring
description: >
  A renamed user keeps its keys, password and policies but no longer matches the policies, alerts and lists that
  name it. Few people ever rename one.
false_positives:
  - A person who changed their name.
  - A clean-up of names or paths.
respond:
  - Compare userName with newUserName and newPath in request_parameters.
  - Look for what the user did under both names; its principal id (AIDA…) stays the same.
  - >
    Unexplained: rename it back and look at what the caller did before.
references:
  - UpdateUser, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateUser'
  AND (request_parameters ->> 'newUserName' IS NOT NULL OR request_parameters ->> 'newPath' IS NOT NULL)
  AND error_code IS NULL
  AND error_message IS NULL
