/*---
id: s3_objects_encrypted_with_foreign_key
title: Objects encrypted with a key of another account
severity: high
status: stable
attack: [T1486]
practice: monitoring
description: >
  Ten objects or more of one bucket were written within an hour under a KMS key of an account that isn't yours.
  Its owner can lock you out at any time, which is a form of ransom. Keys of accounts in trusted_accounts are
  left out.
false_positives:
  - A central key account of your organization that is not in trusted_accounts.
  - A partner who wants deliveries under a key of theirs.
respond:
  - Look up key_account in your organization; if it is yours, add it to trusted_accounts.
  - >
    If not, stop the caller now: deactivate the key or revoke the role's sessions, then copy the objects under
    your own key as long as you can read them.
  - Look for what else the caller did (hunts key_activity, principal_timeline); turn versioning on if it isn't.
references:
  - CopyObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
  - PutObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
  objects:
    type: int
    default: 10
    description: how many objects within an hour
entity: [principal, bucket, account_id, key_account]
window: 1h
lookback: 1h
untested:
  "request_parameters LIKE '%:kms:%'": it only spares work, the account is taken out of the key's ARN
---*/
-- One finding a principal, bucket and clock hour; counted over the hour before each call, so a burst across the full hour is seen.
WITH hit AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id, aws_region AS region,
    principal, request_parameters ->> 'bucketName' AS bucket, source_ip_address,
    regexp_match(
      request_parameters ->> 'x-amz-server-side-encryption-aws-kms-key-id', ':kms:[^:]*:([0-9]{12}):'
    )[1] AS key_account,
    1 AS weight
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN ('CopyObject', 'PutObject', 'CreateMultipartUpload')
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND (user_type IS DISTINCT FROM 'AWSService')
    AND request_parameters ->> 'bucketName' IS NOT NULL
    -- Searched as text first, since every upload is asked.
    AND request_parameters LIKE '%:kms:%'
),
counted AS (
  SELECT
    *,
    sum(weight) OVER (
      PARTITION BY principal, bucket, account_id, key_account ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS total
  FROM hit
  WHERE coalesce(key_account, account_id, '') <> coalesce(account_id, '')
    AND NOT coalesce(array_has($trusted_accounts, key_account), false)
)
SELECT
  min(event_time) FILTER (WHERE total >= $objects) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' wrote ' || CAST(count(*) AS VARCHAR) || ' objects of ' || bucket || ' under a key of account ' || key_account
    AS message,
  principal, bucket, account_id, key_account,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM counted
GROUP BY principal, bucket, account_id, key_account, date_bin($window, event_time)
HAVING max(total) >= $objects
