/*---
id: root_session_denied
title: Attempt to become root of a member account denied
severity: medium
status: stable
attack: [T1548.005, T1078.004]
practice: avoid-root
description: >
  Somebody without the right to it called AssumeRoot. Few people ever need that call, and those who do have the right:
  this is a tool trying what a stolen credential can do, or an intruder on the way to other accounts.
false_positives:
  - >
    The team that keeps the organization's root access used the wrong role, or central root access isn't enabled yet.
respond:
  - Ask the owner of the credential what they were doing.
  - Look at what the same principal did before (`trailhound query -f principal_timeline --param who=<name>`).
  - >
    If unexplained: revoke the sessions or deactivate the key.
references:
  - AssumeRoot, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
  - Privileged tasks in member accounts, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRoot'
  AND (lower(error_code) LIKE '%accessdenied%' OR lower(error_message) LIKE '%is not authorized to perform%')
