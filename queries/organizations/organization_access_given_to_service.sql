/*---
id: organization_access_given_to_service
title: AWS service given access to the whole organization
severity: low
status: stable
attack: [T1098]
practice: least-privilege
description: >
  The service may create its roles in every account. With StackSets, IAM or Identity Center it lets an administrator
  of the service act everywhere.
false_positives:
  - Set-up of services for the organization; most are turned on in their own consoles.
respond:
  - Ask who needs it.
  - >
    See delegated administrators: `aws organizations list-delegated-administrators --service-principal NAME`.
  - >
    Turn it off if nobody does: `aws organizations disable-aws-service-access`.
references:
  - EnableAWSServiceAccess, https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAWSServiceAccess.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'EnableAWSServiceAccess'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
