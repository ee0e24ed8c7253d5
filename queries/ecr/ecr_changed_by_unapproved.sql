/*---
id: ecr_changed_by_unapproved
title: Container images or repositories were changed by somebody who does not build them
severity: medium
status: stable
attack: [T1525]
practice: least-privilege
description: >
  You said who pushes images; this was somebody else. An image put in place of a good one runs at the next start
  of every task. What services do, such as replication, is left out.
false_positives:
  - A new pipeline that is not on the list yet; an emergency repair.
respond:
  - Ask the caller.
  - Compare the digest with the build, and push the good image again.
  - See which tasks started with it since.
references:
  - ECR and CloudTrail, https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html
params:
  approved_principals:
    type: text[]
    required: true
    description: ARNs of the roles and users that push images and manage repositories
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecr.amazonaws.com'
  AND event_name IN (
    'CreateRepository', 'DeleteRepository', 'PutImage', 'BatchDeleteImage', 'SetRepositoryPolicy',
    'DeleteRepositoryPolicy', 'PutLifecyclePolicy', 'PutRegistryPolicy', 'PutReplicationConfiguration'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(principal, '') NOT IN ($approved_principals)
