/*---
id: ec2_console_output_read
title: The console of an instance was looked at
severity: info
status: stable
attack: [T1580, T1113]
practice: monitoring
description: >
  A screenshot or the console output shows what a machine is doing, and now and then a secret that a startup
  script printed. A signal beside others.
false_positives:
  - Finding out why a machine does not start.
respond:
  - See what else the principal looked at around that time.
  - Check whether startup scripts print secrets.
  - Ask the caller if other signals of the same principal are there.
references:
  - GetConsoleScreenshot, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleScreenshot.html
  - GetConsoleOutput, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('GetConsoleScreenshot', 'GetConsoleOutput')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
