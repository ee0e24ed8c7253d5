/*---
id: log_group_exported
title: Log group exported to a bucket
severity: low
status: stable
attack: [T1530, T1537]
practice: monitoring
description: >
  An export copies a log group, secrets and customer data in it, to a bucket that may belong to anybody. It is also
  how archives are made.
false_positives:
  - Archiving and migration jobs.
respond:
  - Is the bucket in request_parameters (destination) yours?
  - >
    Stop it: `aws logs cancel-export-task`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - CreateExportTask, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateExportTask.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'logs.amazonaws.com'
  AND event_name = 'CreateExportTask'
  AND error_code IS NULL
  AND error_message IS NULL
