/*---
id: cloudtrail_safeguard_removed
title: Safeguard of CloudTrail turned off, or some calls left out
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  The trail still records changes, but its files are no longer signed or encrypted, nobody is told of them, reads or
  the calls of a service are left out, or nothing keeps an event data store from being deleted. Each may be meant;
  before an attack it makes the rest easier.
false_positives:
  - Leaving out kms.amazonaws.com or rdsdata.amazonaws.com to save money. It hides real calls; better keep them.
  - The console repeats settings that were never on.
respond:
  - Compare the trail's settings (`aws cloudtrail get-trail`, `get-event-selectors`) with what they should be, and restore them.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look for other trails or event data stores that saw what this one no longer did.
references:
  - UpdateTrail, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
  - PutEventSelectors, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
  - UpdateEventDataStore, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateEventDataStore.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudtrail.amazonaws.com'
  AND event_name IN ('UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors', 'UpdateEventDataStore')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    lower(request_parameters ->> 'enableLogFileValidation') = 'false'
    -- Alone it is cloudtrail_weakened; the console repeats it with all the others.
    OR lower(request_parameters ->> 'isOrganizationTrail') = 'false' AND request_parameters ->> 'isMultiRegionTrail' IS NOT NULL
    OR event_name = 'UpdateTrail' AND request_parameters ->> 'kmsKeyId' = ''
    OR request_parameters ->> 'cloudWatchLogsLogGroupArn' = ''
    OR lower(request_parameters ->> 'multiRegionEnabled') = 'false'
    OR lower(request_parameters ->> 'organizationEnabled') = 'false'
    OR lower(request_parameters ->> 'terminationProtectionEnabled') = 'false'
    OR json_length(request_parameters, 'insightSelectors') = 0
    -- Selectors replace each other as a whole. Take away their data resources, then those of the basic form that leave
    -- something out; nothing is left when none is complete.
    OR request_parameters ->> 'eventSelectors' LIKE '%{%'
      AND regexp_replace(
        regexp_replace(
          coalesce(request_parameters ->> 'eventSelectors', ''), '"dataResources"\s*:\s*\[([^\[\]]|\[[^\[\]]*\])*\]', '', 'g'
        ),
        '\{[^{}]*("includeManagementEvents"\s*:\s*"?false|"readWriteType"\s*:\s*"(Read|Write)Only"|"excludeManagementEventSources"\s*:\s*\[\s*")[^{}]*\}',
        '', 'gi'
      ) NOT LIKE '%{%'
    -- Of the advanced form: a selector whose one condition is eventCategory = Management is complete.
    OR request_parameters ->> 'advancedEventSelectors' LIKE '%{%'
      AND NOT regexp_like(
        coalesce(request_parameters ->> 'advancedEventSelectors', ''),
        '"fieldSelectors"\s*:\s*\[\s*\{[^{}]*("eventCategory"[^{}]*"Management"|"Management"[^{}]*"eventCategory")[^{}]*\}\s*\]'
      )
  )
