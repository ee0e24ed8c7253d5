/*---
id: bucket_defences_down_then_emptied
title: Protection of a bucket removed, then its objects destroyed
severity: critical
status: stable
attack: [T1490, T1485, T1486]
practice: least-privilege
description: >
  Versioning, MFA delete or Object Lock of a bucket was switched off, and within a day its objects or their
  versions were deleted in bulk, or a ransom note was left. First the way back is closed, then the data goes:
  whoever does it, another principal's second step counts too.
false_positives:
  - >
    A bucket that is taken down: its versions are suspended, then all is deleted. A pipeline or an administrator
    does that with a ticket. Not counted: single deletions.
respond:
  - >
    Stop it: deny s3:DeleteObject* on the bucket by its policy, and withdraw the principals' credentials.
  - >
    Deleted objects whose versions are left come back by deleting the delete markers; do that before anything
    else expires.
  - >
    Look for the same steps on other buckets: hunt principal_timeline.
references:
  - >
    Anatomy of a ransomware event targeting data in S3,
    https://aws.amazon.com/blogs/security/anatomy-of-a-ransomware-event-targeting-data-in-amazon-s3/
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules:
  - s3_versioning_suspended
  - s3_mfa_delete_disabled
  - s3_object_lock_bypassed
  - s3_objects_deleted_burst
  - s3_object_versions_deleted_burst
  - s3_ransom_note
entity: [bucket]
window: 1d
lookback: 25h
---*/
WITH lowered AS (
  SELECT *, coalesce(request_parameters ->> 'bucketName', details ->> 'bucket') AS bucket
  FROM findings
  WHERE rule_id IN ('s3_versioning_suspended', 's3_mfa_delete_disabled', 's3_object_lock_bypassed')
),
destroyed AS (
  SELECT *, coalesce(request_parameters ->> 'bucketName', details ->> 'bucket') AS bucket
  FROM findings
  WHERE rule_id IN ('s3_objects_deleted_burst', 's3_object_versions_deleted_burst', 's3_ransom_note')
)
SELECT
  min(destroyed.time) AS time,
  date_bin($window, destroyed.time) AS window_start,
  destroyed.bucket,
  min(destroyed.account_id) AS account_id,
  min(destroyed.principal) AS principal,
  CASE WHEN min(destroyed.source_ip) = max(destroyed.source_ip) THEN min(destroyed.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT lowered.finding_id), array_agg(DISTINCT destroyed.finding_id)) AS steps,
  'the bucket ' || destroyed.bucket || ' lost a protection, then its objects: ' || min(destroyed.message) AS message
FROM lowered
JOIN destroyed ON destroyed.bucket = lowered.bucket
  AND destroyed.time >= lowered.time
  AND destroyed.time <= lowered.time + INTERVAL '24 hours'
GROUP BY destroyed.bucket, date_bin($window, destroyed.time)
