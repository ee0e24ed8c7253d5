/*---
id: off_hours_privileged_change
title: Privileged change by a person outside working hours
severity: low
status: stable
attack: [T1078.004, T1098]
practice: least-privilege
description: >
  A person changed who may do what, a key or the logging at night or on a day off. Automation may do so at any hour,
  people rarely have to; intruders like the hours when nobody looks.
false_positives:
  - People on call and planned work at night.
respond:
  - Ask the person whether it was them.
  - >
    See the rest of the session (`trailhound query -f principal_timeline --param who=<name>`) and the night's other
    changes (`trailhound query -f off_hours_changes`).
  - >
    If it wasn't them: undo the change, revoke the sessions, take care of the credential.
references:
  - Security best practices in IAM, https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
params:
  work_time_zone:
    type: text
    required: true
    description: time zone of your people, such as Europe/Berlin
  work_from_hour:
    type: int
    default: 7
    description: first working hour, 0 to 23
  work_to_hour:
    type: int
    default: 20
    description: first hour after work, 1 to 24, later than work_from_hour
  work_days:
    type: text[]
    default: [Mon, Tue, Wed, Thu, Fri]
    description: working days, of Mon, Tue, Wed, Thu, Fri, Sat, Sun
---*/
SELECT * FROM cloudtrail
WHERE event_source IN (
    'cloudtrail.amazonaws.com', 'iam.amazonaws.com', 'kms.amazonaws.com', 'organizations.amazonaws.com'
  )
  AND event_name IN (
    'AddUserToGroup', 'AttachPolicy', 'AttachRolePolicy', 'AttachUserPolicy', 'CreateAccessKey',
    'CreateLoginProfile', 'CreatePolicyVersion', 'CreateRole', 'CreateUser', 'DeactivateMFADevice',
    'DeleteTrail', 'DetachPolicy', 'DisableKey', 'LeaveOrganization', 'PutEventSelectors', 'PutKeyPolicy',
    'PutRolePolicy', 'PutUserPolicy', 'ScheduleKeyDeletion', 'StopLogging', 'UpdateAssumeRolePolicy',
    'UpdateLoginProfile', 'UpdateTrail'
  )
  -- People: Identity Center, sessions of the console, IAM users who gave an MFA code.
  AND (
    session_issuer_arn LIKE '%/aws-reserved/sso.amazonaws.com/%'
    OR session_credential_from_console
    OR user_type = 'IAMUser' AND session_mfa_authenticated
  )
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND error_code IS NULL
  AND error_message IS NULL
  -- outside working hours there, summer time included
  AND (
    date_part('hour', event_time AT TIME ZONE $work_time_zone) < $work_from_hour
    OR date_part('hour', event_time AT TIME ZONE $work_time_zone) >= $work_to_hour
    OR NOT coalesce(to_char(event_time AT TIME ZONE $work_time_zone, '%a') IN ($work_days), true)
  )
