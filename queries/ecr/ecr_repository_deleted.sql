/*---
id: ecr_repository_deleted
title: A container repository was deleted with its images
severity: medium
status: stable
attack: [T1485]
practice: least-privilege
description: >
  The images are gone at once and do not come back; services that use them cannot start a new task. Deletions by
  CloudFormation are left out.
false_positives:
  - A repository that is no longer used.
respond:
  - Which services use these images? They must not be restarted before it is built again.
  - Ask the caller; if unknown, disable their credentials.
  - Build and push again from the source; look for copies by replication.
references:
  - DeleteRepository, https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecr.amazonaws.com'
  AND event_name = 'DeleteRepository'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND lower(request_parameters ->> 'force') = 'true'
