/*---
id: root_console_login_failed
title: Sign-in as root failed
severity: medium
status: stable
attack: [T1110, T1078.004]
practice: avoid-root
description: >
  Somebody gave a wrong password or a wrong MFA code for root. Root is named by the account's e-mail address, so
  whoever tries knows that address, and few people have a reason to.
false_positives:
  - The keeper of the root credentials mistyped; a success follows within minutes.
  - A person who meant to sign in as an IAM user and chose root in the form.
respond:
  - Ask the keeper of the root credentials whether it was them.
  - >
    Look for a success of root and for other failures of the same address (`trailhound query -f sign_in_timeline
    --param user=<name>`).
  - >
    If it wasn't them: check that root has MFA and a strong password, and that the mailbox is safe.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
  - AWS account root user, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
---*/
SELECT * FROM cloudtrail
WHERE event_name = 'ConsoleLogin'
  AND event_source = 'signin.amazonaws.com'
  AND user_type = 'Root'
  AND lower(response_elements ->> 'ConsoleLogin') = 'failure'
