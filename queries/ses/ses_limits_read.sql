/*---
id: ses_limits_read
title: Sending limits or identities of SES read
severity: info
status: stable
attack: [T1526, T1087.004]
practice: monitoring
description: >
  The first questions of somebody who found a key and wants to send mail: how much, and from which address. The
  console asks the same on every visit.
false_positives:
  - Everybody who opens SES in the console, and monitoring of sending quotas.
respond:
  - Look whether the same credential asked in several regions or about other services (rule ses_probed).
  - Ask the owner of the credential if it never had to do with mail.
  - See from which address it is used (hunt key_activity).
references:
  - GetSendQuota, https://docs.aws.amazon.com/ses/latest/APIReference/API_GetSendQuota.html
  - GetIdentityVerificationAttributes, https://docs.aws.amazon.com/ses/latest/APIReference/API_GetIdentityVerificationAttributes.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ses.amazonaws.com'
  AND event_name IN (
    'GetAccount', 'GetAccountSendingEnabled', 'GetIdentityVerificationAttributes', 'GetSendQuota', 'ListEmailIdentities',
    'ListIdentities'
  )
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
