/*---
id: security_topic_silenced
title: SNS topic of security alerts deleted or unsubscribed
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Findings, alarms and deliveries of logs are told through topics. Without the topic, or without its subscribers, they
  reach nobody. Topics are meant whose name speaks of security, alarms, CloudTrail and the like.
false_positives:
  - Topics of a project that is torn down.
respond:
  - Make it again under the same name and subscribe those who had it; see topicArn in request_parameters.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Go through alarms and findings since then by hand.
references:
  - DeleteTopic, https://docs.aws.amazon.com/sns/latest/APIReference/API_DeleteTopic.html
  - Unsubscribe, https://docs.aws.amazon.com/sns/latest/APIReference/API_Unsubscribe.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sns.amazonaws.com'
  AND event_name IN ('DeleteTopic', 'Unsubscribe')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    coalesce(request_parameters ->> 'topicArn', request_parameters ->> 'subscriptionArn', ''),
    '(?i):[0-9]{12}:[^:]*(security|guard-?duty|cloud-?trail|siem|incident|alarm|alert|audit|on-?call|pager)'
  )
