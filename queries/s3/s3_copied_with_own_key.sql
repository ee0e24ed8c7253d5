/*---
id: s3_copied_with_own_key
title: Object copied under an encryption key that only the caller has
severity: low
status: stable
attack: [T1486]
practice: monitoring
description: >
  With a customer-provided key (SSE-C) AWS keeps only a fingerprint of the key. An object that is copied onto itself like
  this can be read by the one who did it, and by nobody else. Many of them are s3_sse_c_burst's; the first one is told
  here.
false_positives:
  - Backup software that encrypts with keys of its own (SSE-C); suppress its role.
respond:
  - See whether source and target are the same (request_parameters), and whether the bucket keeps versions.
  - Ask the caller; look for more copies and for a note (rules s3_sse_c_burst, s3_ransom_note).
  - >
    Unexplained: deactivate the key or revoke the role's sessions.
references:
  - Customer-provided keys, https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'CopyObject'
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    coalesce(request_parameters ->> 'x-amz-server-side-encryption-customer-algorithm', '') <> ''
    OR upper(additional_event_data ->> 'SSEApplied') = 'SSE_C'
  )
