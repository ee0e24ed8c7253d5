/*---
id: config_recording_set_up
title: AWS Config recorder or delivery channel set
severity: info
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  Somebody set what Config records or where it writes to. It happens once an account; later it may send the record to
  another bucket.
false_positives:
  - The setting up of an account, by hand or by Control Tower.
respond:
  - Compare bucket and role in request_parameters with those of the other accounts.
  - If the bucket is not yours, set the channel back with `aws configservice put-delivery-channel`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - PutConfigurationRecorder, https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationRecorder.html
  - PutDeliveryChannel, https://docs.aws.amazon.com/config/latest/APIReference/API_PutDeliveryChannel.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'config.amazonaws.com'
  AND event_name IN ('PutConfigurationRecorder', 'PutDeliveryChannel')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
