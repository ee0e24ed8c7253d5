/*---
id: cloudtrail_weakened
title: CloudTrail logging weakened
severity: high
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  The trail still runs but sees less: other regions, global services, management events or a service's calls are
  left out, files are no longer signed or encrypted, or they go to another bucket. It is the quiet way to stop logging.
false_positives:
  - Leaving out kms.amazonaws.com or rdsdata.amazonaws.com to save money. It hides real calls; better keep them.
  - Moving a trail to another bucket in a planned change.
  - A second trail that shall only hold data events, set up by the team that owns it.
respond:
  - Compare the trail's settings (`aws cloudtrail get-trail`, `get-event-selectors`) with what they should be, and restore them.
  - Find out who called and what that principal did before and after.
  - Look for other trails or event data stores that saw what this one no longer did.
references:
  - UpdateTrail, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
  - PutEventSelectors, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudtrail.amazonaws.com'
  AND event_name IN (
    'UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors', 'UpdateEventDataStore', 'StopEventDataStoreIngestion',
    'DeregisterOrganizationDelegatedAdmin'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    event_name IN ('StopEventDataStoreIngestion', 'DeregisterOrganizationDelegatedAdmin')
    OR event_name = 'UpdateTrail' AND (
      lower(request_parameters ->> 'isMultiRegionTrail') = 'false'
      OR lower(request_parameters ->> 'includeGlobalServiceEvents') = 'false'
      OR lower(request_parameters ->> 'enableLogFileValidation') = 'false'
      OR lower(request_parameters ->> 'isOrganizationTrail') = 'false'
      OR request_parameters ->> 'kmsKeyId' = ''
      OR request_parameters ->> 'cloudWatchLogsLogGroupArn' = ''
      -- The console repeats every setting on each change; a bucket sent without the others is a new bucket.
      OR request_parameters ->> 's3BucketName' IS NOT NULL AND request_parameters ->> 'isMultiRegionTrail' IS NULL
    )
    OR event_name = 'UpdateEventDataStore' AND (
      lower(request_parameters ->> 'multiRegionEnabled') = 'false'
      OR lower(request_parameters ->> 'organizationEnabled') = 'false'
      OR lower(request_parameters ->> 'terminationProtectionEnabled') = 'false'
    )
    OR event_name = 'PutInsightSelectors' AND json_length(request_parameters, 'insightSelectors') = 0
    -- Selectors replace each other as a whole: weak when none of them takes all management events. Of the basic
    -- form a trail has five at most; what is left out of one means All, and true.
    OR event_name = 'PutEventSelectors' AND json_length(request_parameters, 'eventSelectors') > 0 AND NOT (
      json_contains(request_parameters, 'eventSelectors', 0)
        AND lower(coalesce(request_parameters -> 'eventSelectors' -> 0 ->> 'readWriteType', 'All')) = 'all'
        AND lower(coalesce(request_parameters -> 'eventSelectors' -> 0 ->> 'includeManagementEvents', 'true')) = 'true'
        AND coalesce(json_length(request_parameters, 'eventSelectors', 0, 'excludeManagementEventSources'), 0) = 0
      OR json_contains(request_parameters, 'eventSelectors', 1)
        AND lower(coalesce(request_parameters -> 'eventSelectors' -> 1 ->> 'readWriteType', 'All')) = 'all'
        AND lower(coalesce(request_parameters -> 'eventSelectors' -> 1 ->> 'includeManagementEvents', 'true')) = 'true'
        AND coalesce(json_length(request_parameters, 'eventSelectors', 1, 'excludeManagementEventSources'), 0) = 0
      OR json_contains(request_parameters, 'eventSelectors', 2)
        AND lower(coalesce(request_parameters -> 'eventSelectors' -> 2 ->> 'readWriteType', 'All')) = 'all'
        AND lower(coalesce(request_parameters -> 'eventSelectors' -> 2 ->> 'includeManagementEvents', 'true')) = 'true'
        AND coalesce(json_length(request_parameters, 'eventSelectors', 2, 'excludeManagementEventSources'), 0) = 0
      OR json_contains(request_parameters, 'eventSelectors', 3)
        AND lower(coalesce(request_parameters -> 'eventSelectors' -> 3 ->> 'readWriteType', 'All')) = 'all'
        AND lower(coalesce(request_parameters -> 'eventSelectors' -> 3 ->> 'includeManagementEvents', 'true')) = 'true'
        AND coalesce(json_length(request_parameters, 'eventSelectors', 3, 'excludeManagementEventSources'), 0) = 0
      OR json_contains(request_parameters, 'eventSelectors', 4)
        AND lower(coalesce(request_parameters -> 'eventSelectors' -> 4 ->> 'readWriteType', 'All')) = 'all'
        AND lower(coalesce(request_parameters -> 'eventSelectors' -> 4 ->> 'includeManagementEvents', 'true')) = 'true'
        AND coalesce(json_length(request_parameters, 'eventSelectors', 4, 'excludeManagementEventSources'), 0) = 0
    )
    -- Of the advanced form: a selector whose one condition is eventCategory = Management takes all of them.
    OR event_name = 'PutEventSelectors' AND json_length(request_parameters, 'advancedEventSelectors') > 0 AND NOT
      regexp_like(
        coalesce(request_parameters, ''),
        '"fieldSelectors"\s*:\s*\[\s*\{[^{}]*("eventCategory"[^{}]*"Management"|"Management"[^{}]*"eventCategory")[^{}]*\}\s*\]'
      )
  )
