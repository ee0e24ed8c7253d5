/*---
id: ses_identity_deleted
title: Sender identity of SES deleted
severity: medium
status: stable
attack: [T1070, T1485]
practice: monitoring
description: >
  Whoever sent mail from a stolen identity deletes it afterwards to hide which one it was. For everybody else, mail
  from that address or domain stops.
false_positives:
  - Domains and addresses that are retired. Stacks of CloudFormation are left out.
respond:
  - Ask the caller; find the identity in request_parameters.
  - Look for VerifyEmailIdentity or CreateEmailIdentity of the same one before, and for SendEmail data events.
  - Look at the sending statistics (`aws ses get-send-statistics`).
references:
  - DeleteIdentity, https://docs.aws.amazon.com/ses/latest/APIReference/API_DeleteIdentity.html
  - DeleteEmailIdentity, https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_DeleteEmailIdentity.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ses.amazonaws.com'
  AND event_name IN ('DeleteIdentity', 'DeleteEmailIdentity', 'DeleteVerifiedEmailAddress')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
