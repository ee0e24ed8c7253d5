/*---
id: s3_batch_job_created
title: S3 batch job created
severity: low
status: stable
attack: [T1537, T1119, T1485]
practice: monitoring
description: >
  A batch job copies, tags, restores or hands to a function up to billions of objects with one call, under a
  role of its own. It is a fast way to copy or rewrite a whole bucket.
false_positives:
  - Planned migrations and re-encryption.
respond:
  - >
    See the job, `aws s3control describe-job --account-id ID --job-id JOB`: operation, target bucket and role.
  - If it was not planned, stop it, `aws s3control update-job-status --requested-job-status Cancelled`.
  - Look at what else the caller did (hunt principal_timeline).
references:
  - CreateJob, https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  -- JobCreated is the service telling of it, without a caller; some trails have only one of the two.
  AND event_name IN ('CreateJob', 'JobCreated')
  AND error_code IS NULL
  AND error_message IS NULL
