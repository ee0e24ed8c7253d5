/*---
id: metric_stream_stopped
title: CloudWatch metric stream stopped
severity: low
status: stable
attack: [T1562.006]
practice: monitoring
description: >
  The stream carries metrics to a monitoring tool outside. Without it that tool sees nothing, and its alarms go quiet.
false_positives:
  - A tool that is replaced or no longer used.
respond:
  - >
    Start it again: `aws cloudwatch start-metric-streams`, or make it anew.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Tell those who watch the tool that it was blind.
references:
  - StopMetricStreams, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_StopMetricStreams.html
  - DeleteMetricStream, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteMetricStream.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'monitoring.amazonaws.com'
  AND event_name IN ('StopMetricStreams', 'DeleteMetricStream')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
