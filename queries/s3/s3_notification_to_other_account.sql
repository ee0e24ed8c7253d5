/*---
id: s3_notification_to_other_account
title: Bucket notifies a queue, topic or function of another account
severity: medium
status: stable
attack: [T1567, T1546]
practice: least-privilege
description: >
  Whoever gets the notifications learns the name of each new object and can fetch or process it at once.
  Accounts in trusted_accounts are left out; while that list is empty, every other account counts.
false_positives:
  - A vendor's scanner or indexer that is told of new objects (Snowflake, security products).
respond:
  - Look up the account in the ARN in request_parameters; if it is yours or a partner's, add it to trusted_accounts.
  - If not, set the former notifications again, `aws s3api put-bucket-notification-configuration`.
  - Look at the bucket's policy, too (rule s3_bucket_policy_external), and at what else the caller did.
references:
  - PutBucketNotificationConfiguration, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'PutBucketNotification'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(request_parameters ->> 'NotificationConfiguration', coalesce(recipient_account_id, user_account_id, ''), ''),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    ':(sqs|sns|lambda):[^:]*:[0-9]{12}:'
  )
