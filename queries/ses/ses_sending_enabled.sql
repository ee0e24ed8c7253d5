/*---
id: ses_sending_enabled
title: Sending of mail turned on, or production access to SES asked for
severity: medium
status: stable
attack: [T1496.004, T1583.006]
practice: monitoring
description: >
  An account that may send mail to anybody is worth money to senders of spam and phishing. With a stolen key they
  ask AWS to lift the sandbox or turn sending on again. It happens once or twice in an account's life.
false_positives:
  - A product that starts to send mail.
respond:
  - Ask the caller; see in which region it was asked for (intruders take one that nobody uses).
  - >
    Turn sending off: `aws ses update-account-sending-enabled --no-enabled`.
  - Look for new identities and for SendEmail data events; rotate the caller's credentials if nobody knows about it.
references:
  - PutAccountDetails, https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutAccountDetails.html
  - UpdateAccountSendingEnabled, https://docs.aws.amazon.com/ses/latest/APIReference/API_UpdateAccountSendingEnabled.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ses.amazonaws.com'
  AND event_name IN ('PutAccountDetails', 'UpdateAccountSendingEnabled', 'PutAccountSendingAttributes')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    event_name = 'PutAccountDetails'
    OR lower(coalesce(request_parameters ->> 'enabled', request_parameters ->> 'sendingEnabled')) = 'true'
  )
