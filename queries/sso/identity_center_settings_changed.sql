/*---
id: identity_center_settings_changed
title: Identity Center session settings changed
severity: low
status: stable
attack: [T1556, T1098]
practice: policy-conditions
description: >
  How long sessions last, and which applications may extend them, was changed. Longer sessions keep a stolen one
  alive.
false_positives:
  - A new wish for longer sessions, for tools such as Amazon Q.
respond:
  - Read ssoConfiguration in request_parameters (maxAuthenticationAge is a duration such as PT8H).
  - Ask the caller for the request behind it.
  - >
    Unexplained: set it back in the console, under Settings.
references:
  - Identity Center, https://docs.aws.amazon.com/singlesignon/latest/userguide/what-is.html
  - Identity Center calls in CloudTrail, https://docs.aws.amazon.com/singlesignon/latest/userguide/logging-using-cloudtrail.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sso.amazonaws.com'
  AND event_name = 'UpdateSsoConfiguration'
  AND error_code IS NULL
  AND error_message IS NULL
