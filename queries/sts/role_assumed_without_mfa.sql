/*---
id: role_assumed_without_mfa
title: Role that wants MFA assumed without it
severity: high
status: stable
attack: [T1078.004, T1556.006]
practice: mfa
description: >
  These roles are to be taken with MFA only, and an IAM user took one without. The role's trust policy doesn't ask for
  MFA, or no longer does: a stolen access key is enough for it.
false_positives:
  - Automation that shares the role with people; give it a role of its own.
respond:
  - Ask the user; look at where the access key was used (`trailhound query -f key_activity --param key=<key>`).
  - >
    Read the role's trust policy for aws:MultiFactorAuthPresent and look for UpdateAssumeRolePolicy (`trailhound query
    -f policy_changes`).
  - >
    If unexplained: revoke the role's sessions, deactivate the key, put the condition back.
references:
  - MFA-protected API access, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
params:
  mfa_roles:
    type: text[]
    required: true
    description: ARNs of roles that people shall assume with MFA only
---*/
-- MFA is either given with the call (serialNumber) or already in the caller's session.
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRole'
  AND user_type = 'IAMUser'
  AND request_parameters ->> 'roleArn' IN ($mfa_roles)
  AND coalesce(request_parameters ->> 'serialNumber', '') = ''
  AND NOT coalesce(session_mfa_authenticated, false)
  AND error_code IS NULL
  AND error_message IS NULL
