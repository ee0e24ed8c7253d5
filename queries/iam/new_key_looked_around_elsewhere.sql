/*---
id: new_key_looked_around_elsewhere
title: A new access key looked around from another network than where it was made
severity: medium
status: stable
attack: [T1098.001, T1087.004, T1526]
practice: rotate-credentials
description: >
  Within a day of its making the key was used in another network, and it asked who it is and what there is. A
  workload that gets a key does its work instead; somebody who took the key, or made it for themselves, has to
  look first.
false_positives:
  - >
    Terraform and other tools that begin with GetCallerIdentity, on a machine that was given the key by its
    administrator.
  - A person who makes a key in the office and tries it at home.
respond:
  - Ask the maker (principal) who was to get the key, and where it is used.
  - >
    See what the key did: hunt key_activity.
  - >
    If unexplained: deactivate the key (`aws iam update-access-key --status Inactive`) and look into the maker's
    credential.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
entity: [access_key_id]
window: 1d
lookback: 48h
---*/
WITH created AS (
  SELECT
    response_elements -> 'accessKey' ->> 'accessKeyId' AS access_key_id,
    coalesce(request_parameters ->> 'userName', user_name) AS key_user,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name = 'CreateAccessKey'
    AND error_code IS NULL
    AND error_message IS NULL
    -- By a caller, not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
)
SELECT
  min(used.event_time) AS time,
  max(used.event_time) AS last_time,
  date_bin($window, used.event_time) AS window_start,
  count(*) AS count,
  array_concat(
    make_array(created.event_id), array_slice(array_agg(used.event_id ORDER BY used.event_time, used.event_id), 1, 99)
  ) AS event_ids,
  coalesce(created.principal, 'somebody') || ' made an access key for ' || created.key_user
    || ', and it was used from another network' AS message,
  created.access_key_id,
  created.account_id,
  created.principal,
  created.source_ip,
  created.key_user,
  created.event_time AS created_at,
  min(used.source_ip) AS used_from,
  array_to_string(
    array_slice(array_distinct(array_agg(used.event_name ORDER BY used.event_time, used.event_id)), 1, 20), ', '
  ) AS calls
FROM created
JOIN cloudtrail AS used ON used.access_key_id = created.access_key_id
  AND NOT coalesce(ip_block(used.source_ip) = ip_block(created.source_ip), true)
  AND used.event_time >= created.event_time
  AND used.event_time <= created.event_time + INTERVAL '24 hours'
WHERE used.event_time >= $lookback_start AND used.event_time < $window_end
  AND used.event_name IN (
    'GetCallerIdentity', 'ListBuckets', 'ListUsers', 'ListRoles', 'ListAttachedUserPolicies', 'ListUserPolicies',
    'GetUser', 'GetAccountAuthorizationDetails', 'DescribeInstances', 'DescribeRegions', 'ListSecrets', 'GetSendQuota'
  )
GROUP BY
  created.event_id, created.access_key_id, created.account_id, created.event_time, created.principal,
  created.source_ip, created.key_user, date_bin($window, used.event_time)
