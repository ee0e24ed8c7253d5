/*---
id: organization_delegation_policy_set
title: Another account may manage parts of the organization
severity: medium
status: stable
attack: [T1098, T1484]
practice: least-privilege
description: >
  The resource policy of the organization lets member accounts read or change it, its control policies included.
false_positives:
  - Policies are managed from a security account, with a plan.
respond:
  - Which accounts may do what (content in request_parameters)?
  - >
    Take it back: `aws organizations delete-resource-policy`, or put the former one.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - PutResourcePolicy, https://docs.aws.amazon.com/organizations/latest/APIReference/API_PutResourcePolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'PutResourcePolicy'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
