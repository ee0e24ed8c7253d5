/*---
id: ec2_instance_or_image_exported
title: An instance or image was exported to a bucket
severity: medium
status: stable
attack: [T1005, T1537, T1567.002]
practice: least-privilege
description: >
  The whole disk of a machine, with its data and secrets, becomes a file in a bucket. From there it can be copied
  anywhere.
false_positives:
  - A planned move of machines to another place.
respond:
  - Check whose bucket it is (in request_parameters), and who can read it.
  - Stop the task if it still runs (`aws ec2 cancel-export-task`) and delete the object.
  - >
    If unknown, treat what was on the disk as lost: replace the secrets, and look at the caller.
references:
  - >
    CreateInstanceExportTask,
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateInstanceExportTask.html
  - ExportImage, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ExportImage.html
  - CreateStoreImageTask, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateStoreImageTask.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('CreateInstanceExportTask', 'ExportImage', 'CreateStoreImageTask')
  AND error_code IS NULL
  AND error_message IS NULL
