/*---
id: delegated_administrator_registered
title: Member account made administrator of a service
severity: medium
status: stable
attack: [T1098, T1484]
practice: least-privilege
description: >
  The member account can run this service for the whole organization. With CloudFormation StackSets, IAM, Identity
  Center or Systems Manager this is as good as administrator rights in every account.
false_positives:
  - Security services are moved to a security account, with a plan.
respond:
  - Which account and service (request_parameters)? Is it the account that was planned?
  - >
    Take it back: `aws organizations deregister-delegated-administrator`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - RegisterDelegatedAdministrator, https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'RegisterDelegatedAdministrator'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
