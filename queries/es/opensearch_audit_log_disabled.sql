/*---
id: opensearch_audit_log_disabled
title: Audit log of an OpenSearch domain turned off
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  Who reads and changes the data in the domain is no longer written down.
false_positives:
  - A domain whose audit log moves to another log group.
respond:
  - >
    Turn it on again: `aws opensearch update-domain-config --log-publishing-options`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look for new users and roles inside the domain.
references:
  - UpdateDomainConfig, https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_UpdateDomainConfig.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'es.amazonaws.com'
  AND event_name IN ('UpdateDomainConfig', 'UpdateElasticsearchDomainConfig')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND lower(request_parameters -> 'logPublishingOptions' -> 'AUDIT_LOGS' ->> 'enabled') = 'false'
