/*---
id: root_password_recovery_requested
title: Recovery of the root password requested
severity: medium
status: stable
attack: [T1078.004, T1110]
practice: avoid-root
description: >
  Somebody used "Forgot your password?" for root. The form needs only the account's e-mail address; it becomes
  dangerous when they can also read that mailbox, so look for the completed recovery.
false_positives:
  - The keeper of the root credentials forgot the password.
  - A stranger who found the address and tries it.
respond:
  - Ask the keeper of the root credentials whether it was them.
  - Look for PasswordRecoveryCompleted and a sign-in of root afterwards (`trailhound query -f root_trail`).
  - >
    If it wasn't them: secure the mailbox (password, MFA, forwarding rules) and check that root has MFA.
references:
  - Reset a lost root user password, https://docs.aws.amazon.com/IAM/latest/UserGuide/reset-root-password.html
---*/
-- Only root's password is recovered this way, whatever the record says about the type.
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'PasswordRecoveryRequested'
  AND lower(coalesce(response_elements ->> 'PasswordRecoveryRequested', 'success')) = 'success'
