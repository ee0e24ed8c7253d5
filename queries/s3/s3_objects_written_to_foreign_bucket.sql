/*---
id: s3_objects_written_to_foreign_bucket
title: Objects written to a bucket of another account
severity: medium
status: stable
attack: [T1537, T1567.002]
practice: monitoring
description: >
  One of your principals put or copied objects into a bucket that isn't yours. It is the plainest way to carry
  data out, and needs no change that others could see. Accounts in trusted_accounts are left out; while that
  list is empty, every other account counts.
false_positives:
  - Deliveries to partners and vendors, and buckets of your organization whose accounts are not in trusted_accounts.
respond:
  - Look up bucket_account in your organization; if it is yours or a partner's, add it to trusted_accounts.
  - >
    If not, cut the principal off, and list what it wrote there and read before (hunts key_activity,
    data_reads_by_bucket).
  - Limit writes to your organization's buckets with a policy on aws:ResourceOrgID.
references:
  - PutObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
  - CopyObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
entity: [principal, bucket, bucket_account, account_id]
window: 1d
---*/
WITH hit AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region, source_ip_address,
    principal, request_parameters ->> 'bucketName' AS bucket,
    regexp_match(
      regexp_match(resources, '[{][^{}]*"AWS::S3::Bucket"[^{}]*[}]')[1], '"accountId"\s*:\s*"([0-9]{12})"'
    )[1] AS bucket_account
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN ('PutObject', 'CopyObject', 'CompleteMultipartUpload')
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND (user_type IS DISTINCT FROM 'AWSService')
    -- Written by one of ours: the owner of a bucket gets such events of others' writes, too.
    AND user_account_id = recipient_account_id
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' wrote ' || CAST(count(*) AS VARCHAR) || ' objects to ' || bucket || ' of account ' || bucket_account
    AS message,
  principal, bucket, bucket_account, account_id,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM hit
WHERE bucket_account IS NOT NULL
  AND (bucket_account IS DISTINCT FROM account_id)
  AND NOT coalesce(array_has($trusted_accounts, bucket_account), false)
GROUP BY principal, bucket, bucket_account, account_id, date_bin($window, event_time)
