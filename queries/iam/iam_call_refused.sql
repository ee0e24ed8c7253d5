/*---
id: iam_call_refused
title: Call to IAM refused
severity: info
status: stable
attack: [T1087.004, T1069.003, T1548]
practice: least-privilege
description: >
  A caller may not do what it tried to do or see in IAM. Programs that work don't try; people exploring do, and so
  does whoever holds a stolen key.
false_positives:
  - A policy that forgot an action; scanners with too few rights.
respond:
  - See what else was refused to the same principal (hunt `denied_by_principal`).
  - Many different calls within an hour are the findings denied_actions_burst and iam_changes_denied_burst.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - Access denied messages, https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND regexp_like(coalesce(error_code, error_message), 'accessdenied|unauthorized|not authorized to perform', 'i')
  -- Services calling for somebody have a name in the place of the address.
  AND source_ip IS NOT NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  -- The console asks for all that a page could show.
  AND NOT coalesce(session_credential_from_console, false)
  AND coalesce(user_agent, '') NOT LIKE 'aws-internal/%'
