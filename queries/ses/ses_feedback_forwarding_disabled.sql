/*---
id: ses_feedback_forwarding_disabled
title: SES told not to forward bounces and complaints
severity: low
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  The owner of the sender address no longer hears of bounces and complaints. Who misuses it to send spam does not want
  them to.
false_positives:
  - Bounces that are read from an SNS topic instead.
respond:
  - >
    Turn it on again: `aws ses set-identity-feedback-forwarding-enabled --forwarding-enabled`.
  - >
    Look at what was sent since: the sending statistics of SES.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - SetIdentityFeedbackForwardingEnabled, https://docs.aws.amazon.com/ses/latest/APIReference/API_SetIdentityFeedbackForwardingEnabled.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ses.amazonaws.com'
  AND event_name IN ('SetIdentityFeedbackForwardingEnabled', 'PutEmailIdentityFeedbackAttributes')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (lower(request_parameters ->> 'forwardingEnabled') = 'false' OR lower(request_parameters ->> 'emailForwardingEnabled') = 'false')
