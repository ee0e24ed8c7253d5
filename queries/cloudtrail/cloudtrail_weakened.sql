/*---
id: cloudtrail_weakened
title: CloudTrail logging weakened
severity: high
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  The trail still runs but no longer sees changes: other regions, global services or management events are left out,
  the organization's accounts are, or its files go to another bucket. It is the quiet way to stop logging. Smaller
  cuts are cloudtrail_safeguard_removed; stacks and Control Tower are left out.
false_positives:
  - Moving a trail to another bucket in a planned change.
  - A second trail that shall only hold data events, set up by the team that owns it.
  - Any change in the console of an old trail that never covered all regions.
respond:
  - Compare the trail's settings (`aws cloudtrail get-trail`, `get-event-selectors`) with what they should be, and restore them.
  - Find out who called and what that principal did before and after.
  - Look for other trails or event data stores that saw what this one no longer did.
references:
  - UpdateTrail, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
  - PutEventSelectors, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
  - StopEventDataStoreIngestion, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopEventDataStoreIngestion.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudtrail.amazonaws.com'
  AND event_name IN ('UpdateTrail', 'PutEventSelectors', 'StopEventDataStoreIngestion')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, source_ip_address, '') NOT IN ('cloudformation.amazonaws.com', 'controltower.amazonaws.com')
  AND (
    event_name = 'StopEventDataStoreIngestion'
    OR lower(request_parameters ->> 'isMultiRegionTrail') = 'false'
    OR lower(request_parameters ->> 'includeGlobalServiceEvents') = 'false'
    -- The console repeats every setting on each change: what is sent without the others is what was changed.
    OR request_parameters ->> 'isMultiRegionTrail' IS NULL AND (
      request_parameters ->> 's3BucketName' IS NOT NULL
      OR lower(request_parameters ->> 'isOrganizationTrail') = 'false'
    )
    -- Selectors replace each other as a whole. Take away their data resources, then those of the basic form that have
    -- no writing management events; nothing is left when none has them. What is left out of one means All, and true.
    OR request_parameters ->> 'eventSelectors' LIKE '%{%'
      AND regexp_replace(
        regexp_replace(
          coalesce(request_parameters ->> 'eventSelectors', ''), '"dataResources"\s*:\s*\[([^\[\]]|\[[^\[\]]*\])*\]', '', 'g'
        ),
        '\{[^{}]*("includeManagementEvents"\s*:\s*"?false|"readWriteType"\s*:\s*"ReadOnly")[^{}]*\}', '', 'gi'
      ) NOT LIKE '%{%'
    -- The same of the advanced form: a selector for reads only, then see whether another one takes Management.
    OR request_parameters ->> 'advancedEventSelectors' LIKE '%{%'
      AND regexp_replace(
        coalesce(request_parameters ->> 'advancedEventSelectors', ''),
        '\[(\s*\{[^{}]*\}\s*,)*\s*\{[^{}]*"readOnly"[^{}]*"true"[^{}]*\}(\s*,\s*\{[^{}]*\})*\s*\]', '', 'gi'
      ) NOT LIKE '%"Management"%'
  )
