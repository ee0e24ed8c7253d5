/*---
id: cloudtrail_files_written_by_others
title: CloudTrail files written by somebody other than CloudTrail
severity: medium
status: stable
attack: [T1565.001, T1070]
practice: monitoring
description: >
  Only CloudTrail writes to these folders. Another writer replaces what was recorded, or slips in records that never
  happened. Replication is left out. Needs data events of the bucket.
false_positives:
  - Jobs that copy logs from one bucket to another.
respond:
  - >
    Validate the files against their digests: `aws cloudtrail validate-logs`, and compare versions of the object.
  - Until then trust no record of that file.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - Validating CloudTrail log files, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
  - PutObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name IN ('PutObject', 'CopyObject', 'CompleteMultipartUpload')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    coalesce(request_parameters ->> 'key', ''),
    'AWSLogs/([^/]+/)*(CloudTrail|CloudTrail-[A-Za-z]+)/[a-z0-9-]+/[0-9]{4}/'
  )
  AND coalesce(user_arn, '') NOT LIKE '%/s3-replication'
