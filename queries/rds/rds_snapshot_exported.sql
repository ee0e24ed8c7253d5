/*---
id: rds_snapshot_exported
title: Database snapshot exported to a bucket
severity: medium
status: stable
attack: [T1537, T1213.006]
practice: monitoring
description: >
  An export writes whole tables as files into a bucket, where anybody who may read the bucket can fetch them without
  a database. Few people ever need it.
false_positives:
  - Analytics pipelines that export on a schedule. Suppress their role.
respond:
  - See which bucket and role were used (s3BucketName, iamRoleArn) and who can read the bucket.
  - >
    Stop it while it runs: `aws rds cancel-export-task --export-task-identifier ID`.
  - Ask the caller; without an explanation treat the data as read and rotate the credentials.
references:
  - StartExportTask, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StartExportTask.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name = 'StartExportTask'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
