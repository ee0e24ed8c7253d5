/*---
id: role_session_lengthened
title: Sessions of a role made to last long
severity: low
status: stable
attack: [T1098, T1550.001]
practice: rotate-credentials
description: >
  Sessions of the role may now last more than four hours, console sessions more than twelve. Stolen session
  credentials are good for as long.
false_positives:
  - Long jobs, such as copies of large databases.
respond:
  - Ask what needs it; most jobs can take the role again.
  - >
    Set it back: `aws iam update-role --role-name NAME --max-session-duration 3600`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - UpdateRole, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateRole'
  AND (
    TRY_CAST(request_parameters ->> 'maxSessionDuration' AS BIGINT) > 14400
    OR TRY_CAST(request_parameters ->> 'maxSigninSessionDuration' AS BIGINT) > 43200
  )
  AND error_code IS NULL
  AND error_message IS NULL
