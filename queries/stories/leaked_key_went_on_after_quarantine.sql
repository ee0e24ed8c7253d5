/*---
id: leaked_key_went_on_after_quarantine
title: Leaked key was quarantined, and its user went on
severity: critical
status: stable
attack: [T1552.001, T1078.004, T1098.001, T1496]
practice: rotate-credentials
description: >
  AWS found an access key of the user in public and put a quarantine on the user; within a day the user created
  access, took secrets or started large instances all the same. The quarantine denies some calls only: the key
  is still alive in somebody's hands.
false_positives:
  - >
    The owner, who works on with the user's other key or in the console. The key must go all the same. Not
    counted: a role of the user's name.
respond:
  - >
    Deactivate all keys of the user now: `aws iam update-access-key --status Inactive`.
  - Delete what was created (last step), stop the instances, rotate secrets that were read.
  - >
    Find where the key was published, and read what it did since: hunt key_activity.
references:
  - >
    What to do about leaked credentials,
    https://docs.aws.amazon.com/IAM/latest/UserGuide/security-audit-guide.html
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
rules:
  - compromised_key_quarantined
  - iam_user_created
  - access_key_created_for_other_user
  - ec2_large_instances_launched
  - secrets_batch_read_catch_all
  - ssm_parameters_dumped
entity: [account_id, user_name]
window: 1d
lookback: 25h
---*/
WITH leaked AS (
  SELECT *, account_id || ' ' || lower(request_parameters ->> 'userName') AS hand
  FROM findings
  WHERE rule_id = 'compromised_key_quarantined'
),
went_on AS (
  SELECT
    *,
    -- A role may have the name of a user.
    CASE WHEN details ->> 'user_type' = 'IAMUser' THEN account_id || ' ' || lower(details ->> 'user_name') END AS hand
  FROM findings
  WHERE rule_id IN (
    'iam_user_created', 'access_key_created_for_other_user', 'ec2_large_instances_launched', 'secrets_batch_read_catch_all',
    'ssm_parameters_dumped'
  )
)
SELECT
  min(went_on.time) AS time,
  date_bin($window, went_on.time) AS window_start,
  went_on.account_id,
  split_part(went_on.hand, ' ', 2) AS user_name,
  min(went_on.principal) AS principal,
  CASE WHEN min(went_on.source_ip) = max(went_on.source_ip) THEN min(went_on.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT leaked.finding_id), array_agg(DISTINCT went_on.finding_id)) AS steps,
  'a key of ' || split_part(went_on.hand, ' ', 2) || ' leaked, and the user went on: ' || min(went_on.message) AS message
FROM leaked
JOIN went_on ON went_on.hand = leaked.hand
  AND went_on.time >= leaked.time
  AND went_on.time <= leaked.time + INTERVAL '24 hours'
GROUP BY went_on.account_id, went_on.hand, date_bin($window, went_on.time)
