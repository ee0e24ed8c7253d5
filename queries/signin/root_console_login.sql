/*---
id: root_console_login
title: Root user signed in to the console
severity: medium
status: stable
attack: [T1078.004]
practice: avoid-root
description: >
  The root user can do everything in the account and no policy of the account itself can stop it, so daily
  work never needs it. A sign-in is either one of the few tasks only root can do, announced beforehand, or
  somebody with the root password.
false_positives:
  - A planned task that only root can do, such as closing the account or changing its name or address.
  - A yearly check that the root password and its MFA device still work.
respond:
  - Ask the keeper of the root credentials whether they signed in, from that address, at that time.
  - List what root did next (`trailhound query -f root_trail`).
  - >
    If nobody knows of it: change the root password, remove root access keys, check MFA devices and contact AWS Support.
references:
  - AWS account root user, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
---*/
-- Honest keepers of the credentials do it too, with MFA, from the office, in working hours: sign-ins that lack one of
-- these are root_login_without_mfa, root_login_from_unapproved_network and off_hours_root_login, which are critical.
-- The outcome stands in responseElements alone: errorCode is absent from failed logins too.
SELECT * FROM cloudtrail
WHERE event_name = 'ConsoleLogin'
  AND event_source = 'signin.amazonaws.com'
  AND user_type = 'Root'
  AND lower(response_elements ->> 'ConsoleLogin') = 'success'
