/*---
id: role_shared_by_service_and_user
title: Role assumed by a person on the day a service had it
severity: medium
status: stable
attack: [T1528, T1078.004, T1548.005]
practice: least-privilege
description: >
  A role that AWS services assume was also assumed by a user or another role. Mostly the trust policy lets in the
  one or the other; both means that somebody opened the way to the service's rights, for debugging or for worse.
false_positives:
  - Developers who may take the role of their function to debug it.
  - Roles for pipelines that trust both CodeBuild and people.
respond:
  - Read the trust policy of the role (`aws iam get-role`) and who changed it (UpdateAssumeRolePolicy).
  - List what the session did, by the new key of the event in event_ids, with hunt key_activity.
  - Give people a role of their own, and revoke the sessions of this one.
references:
  - AssumeRole, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
entity: [role_arn, principal, account_id]
window: 1d
lookback: 2d
---*/
-- The service came first, within 24 hours before: what a person does later changes nothing of the past.
WITH assumed AS (
  SELECT
    event_time,
    event_id,
    user_type,
    principal,
    source_ip,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    request_parameters ->> 'roleArn' AS role_arn
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'sts.amazonaws.com'
    AND event_name = 'AssumeRole'
    AND error_code IS NULL
    AND error_message IS NULL
),
served AS (
  SELECT role_arn, date_bin(INTERVAL '1 hour', event_time) AS hour, min(event_time) AS first_at, max(event_time) AS last_at
  FROM assumed
  WHERE user_type = 'AWSService'
  GROUP BY role_arn, date_bin(INTERVAL '1 hour', event_time)
),
taken AS (
  SELECT *
  FROM assumed
  WHERE user_type IN ('IAMUser', 'AssumedRole', 'FederatedUser', 'AWSAccount', 'Root')
    -- a workload that takes its own role once more
    AND (principal IS DISTINCT FROM role_arn)
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(DISTINCT event_id) AS count,
  array_slice(array_sort(array_agg(DISTINCT event_id)), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' assumed ' || taken.role_arn || ', which a service assumed too' AS message,
  taken.role_arn,
  principal,
  account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM served
JOIN taken ON taken.role_arn = served.role_arn
WHERE first_at <= event_time
  AND last_at >= event_time - INTERVAL '24 hours'
GROUP BY taken.role_arn, principal, account_id, date_bin($window, event_time)
