/*---
id: change_stopped_by_guardrail
title: Change stopped by a control policy or boundary
severity: info
status: stable
attack: [T1078.004, T1580]
practice: policy-conditions
description: >
  The caller had the right by its own policies, and a policy above it said no: a service or resource control policy,
  a permissions boundary, a session or endpoint policy. The guardrail works; somebody ran into it.
false_positives:
  - People and pipelines trying a region or service that isn't approved.
respond:
  - What was tried, where (event_name, aws_region)?
  - One refusal is a mistake; many different ones are somebody looking for a gap (hunt `denied_by_principal`).
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - Access denied messages, https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
---*/
SELECT * FROM cloudtrail
WHERE (
    error_message LIKE '%explicit deny in a service control policy%'
    OR error_message LIKE '%explicit deny in a resource control policy%'
    OR error_message LIKE '%explicit deny in a session policy%'
    OR error_message LIKE '%explicit deny in a VPC endpoint policy%'
    OR error_message LIKE '%explicit deny in a permissions boundary%'
    OR error_message LIKE '%no service control policy allows%'
    OR error_message LIKE '%no resource control policy allows%'
    OR error_message LIKE '%no session policy allows%'
    OR error_message LIKE '%no VPC endpoint policy allows%'
    OR error_message LIKE '%no permissions boundary allows%'
  )
  AND coalesce(read_only, false) = false
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
