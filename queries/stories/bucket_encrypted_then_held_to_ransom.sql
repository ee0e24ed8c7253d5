/*---
id: bucket_encrypted_then_held_to_ransom
title: Bucket encrypted with somebody else's key, then held to ransom
severity: critical
status: stable
attack: [T1486, T1490]
practice: least-privilege
description: >
  Objects of a bucket were written with a key of another account or one that only the caller has, and within a
  day the old versions were deleted, everything was set to expire, or a ransom note was left. That is extortion,
  as Codefinger did it.
false_positives:
  - >
    A tenant that brings its own encryption key and clears old versions. Name its account as trusted_accounts in
    [params]. Not counted: a few objects with a customer's key.
respond:
  - >
    Stop it: withdraw the principals' credentials and deny s3:PutObject, s3:DeleteObject* and
    s3:PutLifecycleConfiguration on the bucket.
  - Remove the lifecycle rule before it runs (it takes effect within a day).
  - Keep what versions are left. Do not delete the encrypted objects; bring data back from backups or copies.
references:
  - >
    Anatomy of a ransomware event targeting data in S3,
    https://aws.amazon.com/blogs/security/anatomy-of-a-ransomware-event-targeting-data-in-amazon-s3/
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules:
  - s3_bucket_encrypted_with_foreign_key
  - s3_objects_encrypted_with_foreign_key
  - s3_sse_c_burst
  - s3_ransom_note
  - s3_object_versions_deleted_burst
  - s3_lifecycle_expires_soon
entity: [bucket]
window: 1d
lookback: 25h
---*/
WITH encrypted AS (
  SELECT *, coalesce(request_parameters ->> 'bucketName', details ->> 'bucket') AS bucket
  FROM findings
  WHERE rule_id IN ('s3_bucket_encrypted_with_foreign_key', 's3_objects_encrypted_with_foreign_key', 's3_sse_c_burst')
),
held AS (
  SELECT *, coalesce(request_parameters ->> 'bucketName', details ->> 'bucket') AS bucket
  FROM findings
  WHERE rule_id IN ('s3_ransom_note', 's3_object_versions_deleted_burst', 's3_lifecycle_expires_soon')
)
SELECT
  min(held.time) AS time,
  date_bin($window, held.time) AS window_start,
  held.bucket,
  min(held.account_id) AS account_id,
  min(held.principal) AS principal,
  CASE WHEN min(held.source_ip) = max(held.source_ip) THEN min(held.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT encrypted.finding_id), array_agg(DISTINCT held.finding_id)) AS steps,
  'the bucket ' || held.bucket || ' was encrypted with a key of somebody else, then: ' || min(held.message) AS message
FROM encrypted
JOIN held ON held.bucket = encrypted.bucket
  AND held.time >= encrypted.time
  AND held.time <= encrypted.time + INTERVAL '24 hours'
GROUP BY held.bucket, date_bin($window, held.time)
