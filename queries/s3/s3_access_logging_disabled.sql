/*---
id: s3_access_logging_disabled
title: Access log of a bucket turned off
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  The bucket's access log is often the only record of who read which object, since data events cost money.
  Turning it off hides the reading that comes next.
false_positives:
  - Replacing access logs by CloudTrail data events.
respond:
  - >
    Turn it on again, `aws s3api put-bucket-logging`; the former target is in earlier PutBucketLogging events or
    in your templates.
  - See whether data events of the trail cover the bucket; if so, list reads since (hunt data_reads_by_bucket).
  - Ask the caller; look at what else they did (hunt principal_timeline).
references:
  - PutBucketLogging, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'PutBucketLogging'
  AND error_code IS NULL
  AND error_message IS NULL
  -- No target means off. Without its body the record can't tell.
  AND json_contains(request_parameters, 'BucketLoggingStatus')
  AND NOT coalesce(json_contains(request_parameters, 'BucketLoggingStatus', 'LoggingEnabled'), false)
