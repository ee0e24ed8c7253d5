/*---
id: console_login_by_script
title: Console login by something that is no browser
severity: medium
status: stable
attack: [T1078.004, T1110]
practice: mfa
description: >
  The sign-in page was used by a program. Nobody works in the console that way: it is a tool that tries passwords, a
  phishing kit that plays the victim's password and code on, or a scraper with a password in it.
false_positives:
  - A home-made test of the sign-in page, or a bookmark tool of a vendor.
respond:
  - Ask the user which program signs in for them.
  - Look at other sign-ins from that address (`trailhound query -f address_activity --param ip=<address>`).
  - >
    If unexplained: end the user's sessions, change the password, check MFA devices and keys made since.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'ConsoleLogin'
  AND lower(response_elements ->> 'ConsoleLogin') = 'success'
  -- A missing agent says nothing.
  AND coalesce(user_agent, '') <> ''
  AND coalesce(user_agent, '') NOT LIKE 'Mozilla/%'
  AND coalesce(user_agent, '') NOT LIKE 'Opera/%'
  -- AWS's own mobile app
  AND lower(coalesce(additional_event_data ->> 'MobileVersion', '')) <> 'yes'
