/*---
id: root_session_for_audit
title: Central root session taken to read root credentials
severity: info
status: stable
attack: [T1548.005, T1087.004]
practice: avoid-root
description: >
  Somebody in the management account or the delegated administrator looked which credentials the root user of a member
  account has. It changes nothing; scanners do it, and so does somebody who looks for a way in.
false_positives:
  - Scheduled checks that members' root users have no credentials.
respond:
  - See who called and for how many accounts (`trailhound query -f principal_timeline --param who=<name>`).
  - Look for AssumeRoot with other tasks by the same caller.
  - >
    If unexplained: ask the team that keeps the organization's root access.
references:
  - AssumeRoot, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
  - Privileged tasks in member accounts, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRoot'
  -- {"arn": …} or the ARN alone
  AND request_parameters ->> 'taskPolicyArn' LIKE '%IAMAuditRootUserCredentials%'
  AND error_code IS NULL
  AND error_message IS NULL
