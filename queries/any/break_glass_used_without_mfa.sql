/*---
id: break_glass_used_without_mfa
title: Break-glass identity used without MFA
severity: critical
status: stable
attack: [T1078.004]
practice: mfa
description: >
  An identity that is kept for emergencies was used with a password or an access key alone. It can do nearly
  everything, and in the emergency plan it has MFA: most likely somebody found its password or may assume its role
  without right.
false_positives:
  - A break-glass user whose MFA device was never registered; register it.
respond:
  - >
    Call the people on call: is there an incident, and who used it?
  - >
    If nobody: end the sessions, change the password, correct the role's trust policy.
  - List what the identity did (`trailhound query -f principal_timeline --param who=<name>`) and undo it.
references:
  - Emergency access, https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_emergency_process.html
params:
  break_glass_principals:
    type: text[]
    required: true
    description: ARNs, with their paths, of the users and roles kept for emergencies
---*/
SELECT * FROM cloudtrail
WHERE user_type = 'IAMUser'
  AND (
    event_source = 'signin.amazonaws.com'
      AND event_name = 'ConsoleLogin'
      AND user_arn IN ($break_glass_principals)
      AND lower(response_elements ->> 'ConsoleLogin') = 'success'
      AND lower(coalesce(additional_event_data ->> 'MFAUsed', '')) <> 'yes'
    OR event_source = 'sts.amazonaws.com'
      AND event_name = 'AssumeRole'
      AND request_parameters ->> 'roleArn' IN ($break_glass_principals)
      AND coalesce(request_parameters ->> 'serialNumber', '') = ''
      AND NOT coalesce(session_mfa_authenticated, false)
  )
  AND error_code IS NULL
  AND error_message IS NULL
