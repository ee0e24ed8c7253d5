/*---
id: privileged_change_without_mfa
title: Privileged change in a console session without MFA
severity: medium
status: stable
attack: [T1078.004, T1556.006]
practice: mfa
description: >
  An IAM user who signed in with a password alone changed who may do what, or what is logged. Whoever learns that
  password can do the same.
false_positives:
  - Users for whom MFA isn't required yet; require it by a policy with aws:MultiFactorAuthPresent.
respond:
  - Ask the user whether it was them, from that address.
  - >
    Look at the sign-in before it (`trailhound query -f sign_in_timeline --param user=<name>`) and at the rest of the
    session.
  - >
    If it wasn't them: undo the change, end the sessions, change the password; require MFA by policy.
references:
  - MFA-protected API access, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
---*/
-- Only IAM users: of federated people AWS can't see the MFA, and access keys alone are no console session.
SELECT * FROM cloudtrail
WHERE event_source IN ('cloudtrail.amazonaws.com', 'iam.amazonaws.com', 'kms.amazonaws.com')
  AND event_name IN (
    'AddUserToGroup', 'AttachGroupPolicy', 'AttachRolePolicy', 'AttachUserPolicy', 'CreateAccessKey',
    'CreateLoginProfile', 'CreatePolicyVersion', 'CreateRole', 'CreateUser', 'DeactivateMFADevice',
    'DeleteTrail', 'DisableKey', 'PutGroupPolicy', 'PutKeyPolicy', 'PutRolePolicy', 'PutUserPolicy',
    'ScheduleKeyDeletion', 'StopLogging', 'UpdateAssumeRolePolicy', 'UpdateLoginProfile', 'UpdateTrail'
  )
  AND user_type = 'IAMUser'
  AND session_credential_from_console
  AND session_mfa_authenticated = false
  AND error_code IS NULL
  AND error_message IS NULL
