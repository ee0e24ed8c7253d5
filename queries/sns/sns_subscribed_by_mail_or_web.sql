/*---
id: sns_subscribed_by_mail_or_web
title: Mail address, phone or web address subscribed to an SNS topic
severity: low
status: stable
attack: [T1567, T1102]
practice: monitoring
description: >
  Messages of the topic leave AWS from now on, to an address that CloudTrail hides. People subscribe to alarms like
  this, and so does somebody who wants to read along.
false_positives:
  - New colleagues and on-call tools. Stacks of CloudFormation are left out.
respond:
  - List the subscriptions of the topic and look at the address (`aws sns list-subscriptions-by-topic`).
  - Ask the caller.
  - >
    Remove what nobody knows: `aws sns unsubscribe`.
references:
  - Subscribe, https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sns.amazonaws.com'
  AND event_name = 'Subscribe'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND lower(request_parameters ->> 'protocol') IN ('email', 'email-json', 'http', 'https', 'sms')
