/*---
id: config_recording_narrowed
title: AWS Config records fewer resource types
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  The recorder still runs but leaves out types of resources. What is left out can be changed with no trace in Config.
false_positives:
  - Types with many changes that are left out to save money, by the team that owns Config.
respond:
  - >
    Compare with the other accounts: `aws configservice describe-configuration-recorders`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Put the recorder back, and check what was changed of the types that were left out.
references:
  - PutConfigurationRecorder, https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationRecorder.html
  - DisassociateResourceTypes, https://docs.aws.amazon.com/config/latest/APIReference/API_DisassociateResourceTypes.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'config.amazonaws.com'
  AND event_name IN ('PutConfigurationRecorder', 'DisassociateResourceTypes')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    event_name = 'DisassociateResourceTypes'
    OR lower(request_parameters -> 'configurationRecorder' -> 'recordingGroup' ->> 'allSupported') = 'false'
    OR coalesce(
      json_length(request_parameters, 'configurationRecorder', 'recordingGroup', 'exclusionByResourceTypes', 'resourceTypes'), 0
    ) > 0
  )
