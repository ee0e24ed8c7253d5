/*---
id: root_password_recovered
title: Root password reset through the mailbox
severity: high
status: stable
attack: [T1098, T1078.004]
practice: avoid-root
description: >
  The root password was set anew with the link sent to the account's e-mail address. Whoever reads that mailbox can do
  it, so an unexplained reset means that mailbox and account are both in other hands.
false_positives:
  - The keeper of the root credentials forgot the password and recovered it.
respond:
  - Ask the keeper of the root credentials by telephone whether it was them.
  - List what root did next (`trailhound query -f root_trail`).
  - >
    If it wasn't them: secure the mailbox first, then recover the root password yourself, check MFA devices and keys,
    contact AWS Support.
references:
  - Reset a lost root user password, https://docs.aws.amazon.com/IAM/latest/UserGuide/reset-root-password.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'PasswordRecoveryCompleted'
  AND lower(coalesce(response_elements ->> 'PasswordRecoveryCompleted', 'success')) = 'success'
