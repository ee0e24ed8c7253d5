/*---
id: sns_topic_encryption_off
title: Encryption of an SNS topic taken away
severity: low
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Messages of the topic are no longer encrypted with a key of yours, so the key's policy doesn't guard them any
  more.
false_positives:
  - Changes while an application is being built.
respond:
  - Ask the caller.
  - >
    Put it back: `aws sns set-topic-attributes --attribute-name KmsMasterKeyId`.
  - Look for new subscriptions and a changed policy of the same topic.
references:
  - SetTopicAttributes, https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sns.amazonaws.com'
  AND event_name = 'SetTopicAttributes'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND request_parameters ->> 'attributeName' = 'KmsMasterKeyId'
  AND coalesce(request_parameters ->> 'attributeValue', '') = ''
