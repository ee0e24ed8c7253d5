/*---
id: cloudshell_started
title: CloudShell was opened
severity: info
status: stable
attack: [T1059.009]
practice: least-privilege
description: >
  CloudShell is a command line with the rights of the console session, from an address of AWS. Intruders with a
  stolen console session use it to get past address conditions and to leave no tool behind.
false_positives:
  - Everybody who uses CloudShell.
respond:
  - Look for calls with CloudShell in the user agent by the same principal (hunt principal_timeline).
  - Ask the user.
  - Deny cloudshell:* where it is not used.
references:
  - CloudShell and CloudTrail, https://docs.aws.amazon.com/cloudshell/latest/userguide/logging-and-monitoring.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudshell.amazonaws.com'
  AND event_name IN ('CreateEnvironment', 'CreateSession', 'StartEnvironment')
  AND error_code IS NULL
  AND error_message IS NULL
