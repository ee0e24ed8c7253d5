/*---
id: alarm_silenced
title: CloudWatch alarm silenced
severity: medium
status: stable
attack: [T1562.001, T1562.006]
practice: monitoring
description: >
  The alarm is still there but tells nobody any more: its actions are off, it is muted, or it was set to OK by hand.
  It looks healthy in every list.
false_positives:
  - Maintenance windows, in which alarms are silenced and turned on again afterwards.
respond:
  - >
    Turn the actions on again: `aws cloudwatch enable-alarm-actions`, and delete mute rules that nobody asked for.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - >
    Look at the history of the alarm (`aws cloudwatch describe-alarm-history`): what would it have told?
references:
  - DisableAlarmActions, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html
  - SetAlarmState, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
  - PutMetricAlarm, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'monitoring.amazonaws.com'
  AND event_name IN (
    'DisableAlarmActions', 'PutAlarmMuteRule', 'SetAlarmState', 'PutMetricAlarm', 'PutCompositeAlarm'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    event_name IN ('DisableAlarmActions', 'PutAlarmMuteRule')
    OR request_parameters ->> 'stateValue' = 'OK'
    OR lower(request_parameters ->> 'actionsEnabled') = 'false'
  )
