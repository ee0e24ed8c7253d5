/*---
id: s3_ransom_note
title: Object with the name of a ransom note written
severity: high
status: stable
attack: [T1486, T1485, T1657]
practice: monitoring
description: >
  The name reads like the notes that intruders leave when they have encrypted or stolen a bucket. By then the
  deed is done: act on the bucket first and on the name later.
false_positives:
  - Documents and samples about ransomware, and runbooks on recovery.
respond:
  - Read the object (`aws s3 cp`), and see whether the bucket's other objects are still there and readable.
  - >
    Stop the writer: deactivate the key or revoke the role's sessions.
  - >
    Find what was deleted, copied or rewritten (hunt key_activity; rules s3_objects_deleted_burst,
    s3_sse_c_burst); keep older versions from expiring.
references:
  - PutObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name IN ('PutObject', 'CopyObject', 'CompleteMultipartUpload')
  AND error_code IS NULL
  AND error_message IS NULL
  -- A text or a picture, or no extension: programs and data are named like this, too.
  AND regexp_like(
    lower(request_parameters ->> 'key'),
    '(^|/)[^/]*('
      || 'ransom'
      || '|(how|instruction)s?[^/]{0,8}(to)?[^/]{0,4}(decrypt|restore|recover|unlock|get[^/]{0,3}back)'
      || '|decrypt[^/a-z]{0,3}(my|your|all|the)?[^/a-z]{0,3}(files?|data|instructions?|me)\b'
      || '|(restore|recover|unlock)[^/a-z]{0,3}((my|your|all|the)[^/a-z]{0,3}(files?|data)|files|instructions?)\b'
      || '|read[^/a-z]{0,2}me[^/]{0,8}(decrypt|recover|restore|unlock|now|or[^/a-z]{0,2}else)'
      || '|(your|all)[^/a-z]{0,3}(files?|data|bucket)[^/]{0,12}(encrypt|locked|stolen|backed|deleted|gone)'
      || '|(files?|data|bucket)[^/a-z]{0,3}(is|are|was|were|has|have)?[^/a-z]{0,3}(been)?[^/a-z]{0,3}(encrypted|stolen|hacked)'
      || '|files?[^/a-z]{0,3}(are|were|have)?[^/a-z]{0,3}(been)?[^/a-z]{0,3}(deleted|locked)'
      || '|pay[^/a-z]{0,3}(me|us|bitcoin|btc|now)\b'
      || ')[^/.]*([.](txt|html?|hta|md|rtf|pdf|png|jpe?g))?/?$'
  )
