/*---
id: break_glass_attempt_failed
title: Attempt to use a break-glass identity failed
severity: medium
status: stable
attack: [T1110, T1078.004]
practice: monitoring
description: >
  Somebody tried to sign in as an identity that is kept for emergencies, or to assume its role, and wasn't let in. Few
  people know that it exists.
false_positives:
  - Somebody in an emergency who mistyped; a success follows.
respond:
  - Ask the people on call whether it was one of them.
  - Look at what else the address or the caller tried (`trailhound query -f address_activity --param ip=<address>`).
  - >
    If nobody: change the password, check the role's trust policy, take care of the caller's credential.
references:
  - Emergency access, https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_emergency_process.html
params:
  break_glass_principals:
    type: text[]
    required: true
    description: ARNs, with their paths, of the users and roles kept for emergencies
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
    AND event_name = 'ConsoleLogin'
    AND lower(response_elements ->> 'ConsoleLogin') = 'failure'
    -- Failed sign-ins often lack the ARN: the name has to do, whatever the path.
    AND strpos(array_to_string($break_glass_principals, ',') || ',', '/' || user_name || ',') > 0
  OR event_source = 'sts.amazonaws.com'
    AND event_name IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity')
    AND request_parameters ->> 'roleArn' IN ($break_glass_principals)
    AND error_code IS NOT NULL
