/*---
id: alarm_deleted
title: CloudWatch alarm deleted
severity: medium
status: stable
attack: [T1562.001, T1562.006]
practice: monitoring
description: >
  What the alarm watched goes on unseen. Alarms that scaling services and stacks make for themselves and take away
  again are left out.
false_positives:
  - A project that is torn down by hand or by a pipeline; consider a suppression for its role.
respond:
  - >
    Which alarms? See alarmNames in request_parameters; those on root use, denied calls, costs and traffic matter
    most.
  - Make them again, and check by hand what they would have seen.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeleteAlarms, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'monitoring.amazonaws.com'
  AND event_name = 'DeleteAlarms'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND NOT regexp_like(coalesce(request_parameters ->> 'alarmNames', ''), '^\[\s*\x22TargetTracking-')
