/*---
id: ses_identity_created
title: Sender identity of SES created
severity: low
status: stable
attack: [T1496.004, T1583.006]
practice: monitoring
description: >
  An address or domain from which mail can be sent once it is verified. Intruders add one of their own when yours
  aren't good enough.
false_positives:
  - New products and addresses. Stacks of CloudFormation are left out.
respond:
  - See whether the address or domain is yours.
  - Ask the caller.
  - >
    Delete it if it is nobody's: `aws ses delete-identity`.
references:
  - CreateEmailIdentity, https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentity.html
  - VerifyEmailIdentity, https://docs.aws.amazon.com/ses/latest/APIReference/API_VerifyEmailIdentity.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ses.amazonaws.com'
  AND event_name IN ('CreateEmailIdentity', 'VerifyEmailIdentity', 'VerifyDomainIdentity', 'VerifyEmailAddress')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
