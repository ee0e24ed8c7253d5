/*---
id: root_session_for_repair
title: Central root session taken to change a member account
severity: medium
status: stable
attack: [T1548.005, T1078.004]
practice: avoid-root
description: >
  Somebody in the management account or the delegated administrator became root of a member account, to delete root's
  credentials or to unlock a bucket or queue. Such a session can remove the policy that protects a bucket.
false_positives:
  - Planned work of the team that keeps the organization's root access.
respond:
  - Ask the caller which task it was, in which account (targetPrincipal, taskPolicyArn in request_parameters).
  - >
    See what the session did: `trailhound query -f key_activity --param key=<credentials.accessKeyId of the
    response>`.
  - >
    If unexplained: revoke the caller's sessions, restore the bucket or queue policy, and limit sts:AssumeRoot by a
    service control policy.
references:
  - AssumeRoot, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
  - Privileged tasks in member accounts, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
---*/
-- Reading root's credentials is root_session_for_audit, making a password root_session_for_password.
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRoot'
  -- {"arn": …} or the ARN alone
  AND coalesce(request_parameters ->> 'taskPolicyArn', '') NOT LIKE '%IAMAuditRootUserCredentials%'
  AND coalesce(request_parameters ->> 'taskPolicyArn', '') NOT LIKE '%IAMCreateRootUserPassword%'
  AND error_code IS NULL
  AND error_message IS NULL
