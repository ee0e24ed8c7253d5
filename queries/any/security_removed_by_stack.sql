/*---
id: security_removed_by_stack
title: Trail, detector or recorder removed by a stack
severity: medium
status: stable
attack: [T1562.001, T1562.008]
practice: monitoring
description: >
  CloudFormation or Control Tower stopped, cut down or deleted a trail, GuardDuty, Config or another security service.
  Mostly a stack is replaced or an account is set up anew; deleting the stack is also a way of not calling StopLogging
  oneself.
false_positives:
  - Updates of the landing zone, test environments that are torn down, stacks that are replaced.
respond:
  - >
    Who deleted or changed the stack? Look for DeleteStack, UpdateStack or ExecuteChangeSet just before.
  - Is there another trail, detector or recorder in its place? If not, turn it on again.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - Deleting a stack, https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-delete-stack.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN (
    'cloudtrail.amazonaws.com', 'guardduty.amazonaws.com', 'config.amazonaws.com', 'securityhub.amazonaws.com',
    'macie2.amazonaws.com', 'access-analyzer.amazonaws.com'
  )
  AND event_name IN (
    'StopLogging', 'DeleteTrail', 'DeleteEventDataStore', 'UpdateTrail', 'DeleteDetector', 'UpdateDetector',
    'StopConfigurationRecorder', 'DeleteConfigurationRecorder', 'DeleteDeliveryChannel', 'DisableSecurityHub',
    'DisableMacie', 'DeleteAnalyzer'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, source_ip_address) IN ('cloudformation.amazonaws.com', 'controltower.amazonaws.com')
  AND ((event_name IS DISTINCT FROM 'UpdateDetector') OR lower(request_parameters ->> 'enable') = 'false')
  AND (
    (event_name IS DISTINCT FROM 'UpdateTrail')
    OR lower(request_parameters ->> 'isMultiRegionTrail') = 'false'
    OR lower(request_parameters ->> 'includeGlobalServiceEvents') = 'false'
  )
