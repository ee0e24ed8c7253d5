/*---
id: identity_center_signed_in
title: Identity Center user signed in
severity: info
status: stable
attack: [T1078.004]
practice: monitoring
description: >
  A person completed the sign-in to Identity Center or opened its access portal. By itself it means nothing; it is
  where address and factors of a person are seen, before roles in the accounts hide them.
false_positives:
  - Everybody's daily work.
respond:
  - >
    Compare address and browser with the person's other sign-ins (`trailhound query -f sign_in_timeline --param
    user=<name>`).
  - >
    Follow the person into the accounts: roles named AWSReservedSSO_… with the person's name as session.
  - >
    If the person says it wasn't them: delete their sessions in Identity Center, reset the password, check MFA
    devices.
references:
  - IAM Identity Center sign-in events, https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
    AND event_name = 'UserAuthentication'
    AND lower(service_event_details ->> 'UserAuthentication') = 'success'
  OR event_source = 'sso.amazonaws.com'
    AND event_name = 'Authenticate'
    AND error_code IS NULL
