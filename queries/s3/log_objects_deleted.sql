/*---
id: log_objects_deleted
title: Log files deleted from a bucket
severity: high
status: stable
attack: [T1070, T1562.008, T1485]
practice: monitoring
description: >
  CloudTrail, Config, flow log and similar files are written once and never deleted by hand. With the digests the gap
  can be proved, but what was in it is gone unless the bucket keeps versions. Needs data events of the bucket.
false_positives:
  - Jobs that thin out old logs; a lifecycle rule does it better and makes no such events.
respond:
  - >
    Get them back: with versioning, delete the delete markers (`aws s3api list-object-versions`).
  - >
    See which hours and accounts are missing, and what other sources have of them: event history, CloudTrail Lake,
    CloudWatch Logs.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeleteObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'DeleteObject'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    coalesce(request_parameters ->> 'key', ''),
    'AWSLogs/([^/]+/)*(CloudTrail|CloudTrail-[A-Za-z]+|Config|vpcflowlogs|WAFLogs|GuardDuty|vpcdnsquerylogs|elasticloadbalancing)/'
  )
