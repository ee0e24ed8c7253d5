/*---
id: root_task_session_used
title: Root session of the management account at work in a member
severity: low
status: stable
attack: [T1078.004, T1548.005]
practice: avoid-root
description: >
  The management account took a short root session in a member account (AssumeRoot) for one narrow task, such as
  deleting root's credentials or unlocking a bucket. It is the good way to do what only root can; it should be
  somebody's planned work.
false_positives:
  - Every planned task of central root access.
respond:
  - >
    Find the AssumeRoot call that gave out the key in access_key_id (hunt session_origin) and who made it.
  - Ask that person which task it was.
  - >
    Unexplained: revoke that person's sessions in the management account, and undo the change.
references:
  - Privileged tasks in member accounts, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
---*/
SELECT * FROM cloudtrail
WHERE user_type = 'Root'
  AND session_assumed_root
