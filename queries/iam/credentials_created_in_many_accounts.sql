/*---
id: credentials_created_in_many_accounts
title: IAM users or passwords were created in three accounts from one address
severity: high
status: stable
attack: [T1136.003, T1098.001]
practice: rotate-credentials
description: >
  Whoever has a way into several accounts and makes users or passwords in each is building ways back in. Automation
  makes roles, not users; CloudFormation, Terraform and the like are left out, and so are keys, which are rotated.
false_positives:
  - A break-glass user rolled out to all accounts by a script.
respond:
  - >
    Find the credential behind the address: hunt address_activity, then the AssumeRole call that began each
    session.
  - Ask the team that looks after the accounts. If it was not them, delete the new users and keys in every account.
  - Revoke the sessions of the roles that were used, and deny iam:CreateUser by an organization policy.
references:
  - CreateUser, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
entity: [address]
window: 1h
lookback: 3h
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
WITH kind AS (
  SELECT
    source_ip AS address,
    coalesce(recipient_account_id, user_account_id) AS what,
    date_bin($window, event_time) AS own_bucket,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    min(event_id) AS event_id,
    min(principal) AS principal,
    min(coalesce(recipient_account_id, user_account_id)) AS account_id,
    min(source_ip) AS address_first,
    max(source_ip) AS address_last
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN ('CreateUser', 'CreateLoginProfile')
    AND error_code IS NULL
    AND error_message IS NULL
    -- By a caller, not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
    AND NOT coalesce(regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane'), false)
    AND source_ip IS NOT NULL
  GROUP BY 1, 2, 3
),
spread AS (
  SELECT *, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket FROM kind
),
merged AS (
  SELECT
    address,
    bucket,
    what,
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum(calls) AS calls,
    min(event_id) AS event_id,
    min(principal) AS principal,
    min(account_id) AS account_id,
    min(address_first) AS address_first,
    max(address_last) AS address_last
  FROM spread
  GROUP BY address, bucket, what
),
ranked AS (
  SELECT
    *,
    count(*) OVER (PARTITION BY address, bucket) AS kinds,
    row_number() OVER (PARTITION BY address, bucket ORDER BY first_time, what) AS place
  FROM merged
),
burst AS (
  SELECT
    address,
    bucket,
    max(first_time) FILTER (WHERE place = 3) AS time,
    max(last_time) AS last_time,
    max(kinds) AS kinds,
    CAST(sum(calls) AS BIGINT) AS calls,
    array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
    array_to_string(array_slice(array_agg(what ORDER BY first_time, what), 1, 20), ', ') AS named,
    min(principal) AS principal,
    min(account_id) AS account_id,
    CASE WHEN min(address_first) = max(address_last) THEN min(address_first) END AS source_ip
  FROM ranked
  WHERE kinds >= 3
  GROUP BY address, bucket
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  event_ids,
  'IAM users or passwords were created in ' || CAST(kinds AS VARCHAR) || ' accounts from ' || address AS message,
  address,
  principal,
  account_id,
  source_ip,
  kinds AS accounts,
  named AS some_accounts
FROM burst
WHERE time >= bucket
