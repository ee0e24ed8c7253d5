/*---
id: ecr_registry_scanning_reduced
title: Scanning of the container registry was reduced
severity: low
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Images are no longer scanned all the time, or not at all; nobody hears of a bad one.
false_positives:
  - Saving the cost of enhanced scanning.
respond:
  - Ask the caller; set the former configuration.
  - Look for PutImage since.
  - Restrict the call to the security team.
references:
  - Image scanning, https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecr.amazonaws.com'
  AND event_name = 'PutRegistryScanningConfiguration'
  AND error_code IS NULL
  AND error_message IS NULL
  AND (upper(request_parameters ->> 'scanType') = 'BASIC' OR json_length(request_parameters, 'rules') = 0)
