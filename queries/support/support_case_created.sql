/*---
id: support_case_created
title: Support case opened
severity: low
status: stable
attack: [T1578.005, T1656]
practice: monitoring
description: >
  Intruders ask AWS for higher limits, for mail out of the sandbox or for lost access, in your name. Cases about
  accounts, limits and SES deserve a look.
false_positives:
  - People who need help.
respond:
  - Read the case in the console or with `aws support describe-cases`.
  - Ask the caller.
  - Answer in the case that it isn't yours if so; AWS's security team takes over.
references:
  - CreateCase, https://docs.aws.amazon.com/awssupport/latest/APIReference/API_CreateCase.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'support.amazonaws.com'
  AND event_name = 'CreateCase'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
