/*---
id: dynamodb_table_exported
title: DynamoDB table exported to a bucket
severity: low
status: stable
attack: [T1537, T1213.006]
practice: monitoring
description: >
  An export writes the whole table as files into a bucket, without touching the table's read capacity and without
  data events. Whoever may read the bucket has the table.
false_positives:
  - Analytics pipelines that export on a schedule. Suppress their role.
respond:
  - See the bucket (s3Bucket) and who can read it.
  - Ask the caller; look for other exports and scans of the same principal.
  - Delete the files when nobody needs them; rotate the credentials when nobody knows about it.
references:
  - ExportTableToPointInTime, https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'dynamodb.amazonaws.com'
  AND event_name = 'ExportTableToPointInTime'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  -- Into a bucket of another account it is dynamodb_table_exported_to_other_account's.
  AND coalesce(request_parameters ->> 's3BucketOwner', recipient_account_id, '') = coalesce(recipient_account_id, '')
