/*---
id: new_key_looked_around_then_took_data
title: New access key looked around elsewhere, then took data
severity: critical
status: stable
attack: [T1098.001, T1526, T1555.006, T1530]
practice: rotate-credentials
description: >
  An access key was made, within a day it asked from another network what there is, and within a day of that its
  user read secrets, parameters or a bucket in bulk. Each step has an innocent twin; all three in this order are
  how a stolen account is emptied.
false_positives:
  - >
    A migration that is given a new key, lists what there is and copies secrets, on a machine in another network
    than its administrator's. Not counted: keys that a service makes, and what the user's namesake role does.
respond:
  - >
    Deactivate the key now: `aws iam update-access-key --status Inactive`. The steps name it.
  - Rotate every secret that was read; the events say which ones.
  - >
    Look into who made the key (first step): their credential is the way in. Hunts key_activity and
    address_activity.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
  - Rotating secrets, https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
rules:
  - access_key_created_for_other_user
  - access_key_created_for_itself
  - access_key_created_by_role
  - new_key_looked_around_elsewhere
  - secrets_read_in_bulk
  - secrets_batch_read_catch_all
  - ssm_parameters_dumped
  - s3_large_download
entity: [account_id, key_user]
window: 1d
lookback: 49h
---*/
WITH made AS (
  SELECT *, response_elements -> 'accessKey' ->> 'accessKeyId' AS new_key
  FROM findings
  WHERE rule_id IN ('access_key_created_for_other_user', 'access_key_created_for_itself', 'access_key_created_by_role')
),
looked AS (
  SELECT *, lower(details ->> 'key_user') AS key_user FROM findings WHERE rule_id = 'new_key_looked_around_elsewhere'
),
took AS (
  SELECT
    *,
    -- A role may have the name of a user.
    CASE WHEN principal LIKE '%:user/%' THEN account_id || ' ' || lower(split_part(principal, '/', -1)) END AS hand
  FROM findings
  WHERE rule_id IN (
    'secrets_read_in_bulk', 'secrets_batch_read_catch_all', 'ssm_parameters_dumped', 's3_large_download'
  )
)
SELECT
  min(took.time) AS time,
  date_bin($window, took.time) AS window_start,
  looked.account_id,
  looked.key_user,
  min(took.principal) AS principal,
  CASE WHEN min(took.source_ip) = max(took.source_ip) THEN min(took.source_ip) END AS source_ip,
  min(looked.access_key_id) AS access_key_id,
  array_concat(
    array_agg(DISTINCT made.finding_id), array_agg(DISTINCT looked.finding_id), array_agg(DISTINCT took.finding_id)
  ) AS steps,
  'a new access key of ' || looked.key_user || ' looked around from another network, then: ' || min(took.message) AS message
FROM made
JOIN looked ON looked.access_key_id = made.new_key
JOIN took ON took.hand = looked.account_id || ' ' || looked.key_user
  AND took.time >= looked.time
  AND took.time <= looked.time + INTERVAL '24 hours'
GROUP BY looked.account_id, looked.key_user, date_bin($window, took.time)
