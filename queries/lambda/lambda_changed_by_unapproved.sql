/*---
id: lambda_changed_by_unapproved
title: Lambda was changed by somebody who does not deploy it
severity: medium
status: stable
attack: [T1525, T1648]
practice: least-privilege
description: >
  You said who deploys functions; this was somebody else. What CloudFormation does for them is left out.
false_positives:
  - A new pipeline that is not on the list yet; an emergency repair.
respond:
  - Ask the caller.
  - Compare the function with its source, and deploy it again.
  - Take the right from those who do not need it.
references:
  - Lambda and CloudTrail, https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
params:
  approved_principals:
    type: text[]
    required: true
    description: ARNs of the roles and users that deploy functions
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN (
    'CreateFunction20150331', 'UpdateFunctionCode20150331v2', 'UpdateFunctionConfiguration20150331v2',
    'DeleteFunction20150331', 'AddPermission20150331v2', 'RemovePermission20150331v2',
    'PublishVersion20150331', 'CreateAlias20150331', 'UpdateAlias20150331', 'PublishLayerVersion20181031',
    'CreateEventSourceMapping20150331', 'CreateFunctionUrlConfig'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(principal, '') NOT IN ($approved_principals)
