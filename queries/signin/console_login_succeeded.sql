/*---
id: console_login_succeeded
title: Console login succeeded
severity: info
status: stable
attack: [T1078.004]
practice: monitoring
description: >
  Somebody signed in to the console. By itself it means nothing; it is the start of a session and the place where
  address, browser and MFA of a person are seen together.
false_positives:
  - Everybody's daily work.
respond:
  - >
    Compare address and browser with the user's other sign-ins (`trailhound query -f sign_in_timeline --param
    user=<name>`).
  - See what the session did (`trailhound query -f principal_timeline --param who=<name>`).
  - >
    If the user says it wasn't them: end the sessions, change the password, check MFA devices and access keys.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
---*/
-- Root's sign-ins are root_console_login.
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'ConsoleLogin'
  AND lower(response_elements ->> 'ConsoleLogin') = 'success'
  AND (user_type IS DISTINCT FROM 'Root')
