/*---
id: mfa_failed
title: MFA check of an IAM user or root failed
severity: low
status: stable
attack: [T1078.004, T1110.001]
practice: mfa
description: >
  Somebody came as far as the second factor and failed there, at the console or with a one-time code sent to
  STS. If it wasn't the owner mistyping, the password or the access key is already in other hands.
false_positives:
  - A mistyped or expired one-time code, or a device whose clock is off.
  - >
    A wrong password of a user who has MFA: CloudTrail writes MFAUsed Yes for that too. A CheckMfa event of the
    same user a few minutes before tells that the password was right.
respond:
  - Look for CheckMfa events of the user just before, and for a success just after.
  - Ask the user whether it was them, from that address.
  - >
    If not: change the password, rotate the access keys, keep the MFA device.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
---*/
-- CheckMfa Success only says that MFA was asked for; no event says that the code was wrong.
SELECT * FROM cloudtrail
WHERE event_name IN ('ConsoleLogin', 'GetSessionToken', 'AssumeRole')
  AND (
    event_source = 'signin.amazonaws.com'
      AND lower(response_elements ->> 'ConsoleLogin') = 'failure'
      -- 'Yes' and 'YES' both occur
      AND lower(additional_event_data ->> 'MFAUsed') = 'yes'
    OR event_source = 'sts.amazonaws.com'
      AND lower(error_code) LIKE 'accessdenied%'
      AND lower(error_message) LIKE '%multifactorauthentication failed%'
      -- the same words with "must provide both" are a request without a code
      AND (lower(error_message) LIKE '%invalid mfa%' OR lower(error_message) LIKE '%unable to validate mfa%')
  )
