/*---
id: sns_sms_limit_changed
title: Text message spending or sandbox of SNS changed
severity: medium
status: stable
attack: [T1496.004]
practice: monitoring
description: >
  Text messages are what intruders send at your cost: fraud and phishing from an account with a good name. Before
  that they raise the monthly limit or register numbers to test with.
false_positives:
  - A product that starts to send text messages.
respond:
  - See which limit was set (MonthlySpendLimit) or which number was registered, and ask the caller.
  - >
    Set it back: `aws sns set-sms-attributes --attributes MonthlySpendLimit=1`.
  - Look for Publish with a phone number in data events, and for a service quota request.
references:
  - SetSMSAttributes, https://docs.aws.amazon.com/sns/latest/api/API_SetSMSAttributes.html
  - CreateSMSSandboxPhoneNumber, https://docs.aws.amazon.com/sns/latest/api/API_CreateSMSSandboxPhoneNumber.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sns.amazonaws.com'
  AND event_name IN ('SetSMSAttributes', 'CreateSMSSandboxPhoneNumber', 'VerifySMSSandboxPhoneNumber')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND (
    event_name IN ('CreateSMSSandboxPhoneNumber', 'VerifySMSSandboxPhoneNumber')
    OR regexp_like(request_parameters ->> 'attributes', 'MonthlySpendLimit|DefaultSenderID')
  )
