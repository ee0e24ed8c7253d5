/*---
id: root_login_without_mfa
title: Root signed in to the console without MFA
severity: critical
status: stable
attack: [T1078.004]
practice: mfa
description: >
  The root user holds every right in the account, and here a password alone was enough to become it. Whoever phishes
  or guesses that password, or takes over the mailbox that can reset it, owns the account.
false_positives:
  - The first sign-in to a new account, made to register an MFA device.
respond:
  - Ask the keeper of the root credentials whether they signed in, from that address, at that time.
  - Register an MFA device for root, or delete root's password in member accounts through central root access.
  - >
    If nobody knows of it: change the password and the mailbox's password, list what root did (`trailhound query -f
    root_trail`), contact AWS Support.
references:
  - MFA for the root user, https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-mfa-for-root.html
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
---*/
-- root_console_login tells of every sign-in of root; this is the one that nobody can explain away.
SELECT * FROM cloudtrail
WHERE event_name = 'ConsoleLogin'
  AND event_source = 'signin.amazonaws.com'
  AND user_type = 'Root'
  AND lower(response_elements ->> 'ConsoleLogin') = 'success'
  -- 'Yes' and 'YES' both occur
  AND lower(coalesce(additional_event_data ->> 'MFAUsed', '')) <> 'yes'
