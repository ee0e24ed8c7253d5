/*---
id: break_glass_used
title: Break-glass identity used
severity: medium
status: stable
attack: [T1078.004]
practice: monitoring
description: >
  An identity that is kept for emergencies is in use, with MFA or by somebody whose identity provider asks for it. It
  can do nearly everything: there must be an incident, and people who know of it.
false_positives:
  - A real emergency, or the yearly drill.
respond:
  - Look for the incident or drill; ask the people on call.
  - List what the identity did (`trailhound query -f principal_timeline --param who=<name>`).
  - >
    Afterwards change the password. If nobody knows of it: end the sessions and treat the account as taken over.
references:
  - Emergency access, https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_emergency_process.html
params:
  break_glass_principals:
    type: text[]
    required: true
    description: ARNs, with their paths, of the users and roles kept for emergencies
---*/
-- Without MFA it is break_glass_used_without_mfa. Of federated callers AWS can't see the MFA.
SELECT * FROM cloudtrail
WHERE (
    event_source = 'signin.amazonaws.com'
      AND event_name = 'ConsoleLogin'
      AND user_arn IN ($break_glass_principals)
      AND lower(response_elements ->> 'ConsoleLogin') = 'success'
      AND lower(additional_event_data ->> 'MFAUsed') = 'yes'
    OR event_source = 'sts.amazonaws.com'
      AND event_name IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity')
      AND request_parameters ->> 'roleArn' IN ($break_glass_principals)
      AND (
        (user_type IS DISTINCT FROM 'IAMUser')
        OR coalesce(request_parameters ->> 'serialNumber', '') <> ''
        OR session_mfa_authenticated
      )
  )
  AND error_code IS NULL
  AND error_message IS NULL
