/*---
id: console_login_failed
title: Console login failed
severity: low
status: stable
attack: [T1110]
practice: monitoring
description: >
  A wrong password, a wrong MFA code or a user name that doesn't exist. One is a typing error; many are
  somebody guessing, which console_login_failed_burst reports.
false_positives:
  - People mistype passwords.
respond:
  - Compare the address with where this user usually signs in from.
  - Look for a success of the same user or address soon after.
  - >
    Without an explanation: change the password and require MFA.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
---*/
-- errorCode is absent from failed logins, and the region is wherever the sign-in endpoint was.
SELECT * FROM cloudtrail
WHERE event_name = 'ConsoleLogin'
  AND event_source = 'signin.amazonaws.com'
  AND lower(response_elements ->> 'ConsoleLogin') = 'failure'
