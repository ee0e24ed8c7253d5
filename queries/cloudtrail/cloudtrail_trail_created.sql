/*---
id: cloudtrail_trail_created
title: Trail or event data store created
severity: low
status: stable
attack: [T1530, T1562.008]
practice: monitoring
description: >
  A trail sends a copy of all calls to its bucket, which may belong to anybody. It happens a few times in the life of
  an account.
false_positives:
  - The setting up of an account, by hand or by Control Tower.
respond:
  - Is the bucket (s3BucketName) or the event data store yours?
  - >
    If not: `aws cloudtrail delete-trail`, and find out what was in the copy: names, addresses, settings.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - CreateTrail, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
  - CreateEventDataStore, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateEventDataStore.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudtrail.amazonaws.com'
  AND event_name IN ('CreateTrail', 'CreateEventDataStore')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
