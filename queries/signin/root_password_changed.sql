/*---
id: root_password_changed
title: Root password changed
severity: high
status: stable
attack: [T1098, T1531]
practice: avoid-root
description: >
  A new root password locks the owner out and keeps the intruder in. Outside a planned rotation or a recovery nobody
  changes it.
false_positives:
  - A planned change by the keeper of the root credentials.
respond:
  - Ask the keeper of the root credentials whether they changed it, from that address.
  - Look for PasswordRecoveryRequested and root sign-ins around it (`trailhound query -f root_trail`).
  - >
    If nobody knows of it: reset the password through the account's mailbox, secure that mailbox, contact AWS Support.
references:
  - Change the root user password, https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-password.html
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'PasswordUpdated'
  AND user_type = 'Root'
  AND lower(response_elements ->> 'PasswordUpdated') = 'success'
