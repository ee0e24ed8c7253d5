/*---
id: config_recording_stopped
title: AWS Config recording stopped
severity: high
status: stable
attack: [T1562.001, T1562.008]
practice: monitoring
description: >
  Config no longer writes down how resources change, and the rules that judge them go quiet, Security Hub's among
  them. Without a delivery channel it has nowhere to write to.
false_positives:
  - A region that is given up, or a landing zone that is taken down, in a planned change.
  - Scripts that stop, change and start the recorder; StartConfigurationRecorder follows within minutes.
respond:
  - >
    Start it again: `aws configservice start-configuration-recorder`; after a deletion, make recorder and channel
    anew.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - >
    Changes made meanwhile are in CloudTrail only: look through those of IAM, security groups and buckets.
references:
  - StopConfigurationRecorder, https://docs.aws.amazon.com/config/latest/APIReference/API_StopConfigurationRecorder.html
  - DeleteConfigurationRecorder, https://docs.aws.amazon.com/config/latest/APIReference/API_DeleteConfigurationRecorder.html
  - DeleteDeliveryChannel, https://docs.aws.amazon.com/config/latest/APIReference/API_DeleteDeliveryChannel.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'config.amazonaws.com'
  AND event_name IN (
    'StopConfigurationRecorder', 'DeleteConfigurationRecorder', 'DeleteServiceLinkedConfigurationRecorder',
    'DeleteDeliveryChannel'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
