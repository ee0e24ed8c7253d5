/*---
id: sensitive_calls_new_burst
title: A principal made several sensitive calls for the first time in 30 days
severity: medium
status: stable
attack: [T1098, T1555.006, T1537, T1562.008]
practice: monitoring
description: >
  Three or more different calls that give rights, read secrets, copy or share data, or blind monitoring, on one day,
  by a principal that had made none of them in 30 days: what an intruder does who has found a credential with rights.
  Denied calls count. Only users, roles and root with at least known_days days of activity in the 30 before are judged;
  left out are AWS services, service-linked roles, and calls that services make on behalf of somebody.
false_positives:
  - A migration, or the first deployment of a stack with roles and policies.
  - An administrator who seldom works with this user or role.
respond:
  - >
    Read the calls (new_calls) in their order, with addresses and clients: hunt principal_timeline.
  - >
    Ask the owner at once. Nobody knows of it: deactivate the key or revoke the role's sessions (hunt key_activity
    shows what it did).
  - >
    Undo what was given or shared: new keys, policies, trust, snapshots; switch monitoring on again.
references:
  - >
    Actions and what they give access to,
    https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
params:
  least_calls:
    type: int
    default: 3
    description: different new calls on one day
  known_days:
    type: int
    default: 7
    description: days of the 30 before with any activity that a principal must have to be judged
entity: [principal]
window: 1d
lookback: 31d
---*/
WITH made AS (
  SELECT
    principal,
    -- One way to read parameters is as good as another.
    CASE WHEN "value" LIKE 'ssm:GetParameter%' THEN 'ssm:GetParameter' ELSE "value" END AS made_call,
    "day",
    first_time,
    last_time,
    "count" AS calls,
    account_id,
    first_event_id AS event_id
  FROM baseline
  WHERE attribute = 'event'
    AND principal LIKE 'arn:%:iam::%'
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
    AND (
      -- gives rights
      regexp_like("value", '^iam:(Add|Attach|DeactivateMFA|Put|SetDefault|UpdateA|UpdateLogin)')
      OR regexp_like("value", '^iam:Create(Access|Login|Policy|Role|User)')
      OR regexp_like("value", '^(kms:PutKeyPolicy|lambda:AddPermission|sso:CreateAcc|sso:.*ToPermissionSet)')
      -- reads secrets
      OR regexp_like("value", '^(ec2:GetPasswordData|secretsmanager:(Batch)?GetSecret|ssm:GetParameter)')
      -- copies or shares data
      OR regexp_like("value", '^(ec2|rds):(Copy|Modify.*(Snapshot|Image)Attribute)')
      OR regexp_like("value", '^(dynamodb:ExportTable|ebs:GetSnapshotBlock|s3:Put.*(Acl|Policy|Replication)$)')
      OR regexp_like("value", ':(Create|Start)[^:]*ExportTask$')
      -- blinds monitoring
      OR regexp_like("value", '^(cloudtrail|config|guardduty|securityhub):(Delete|Disa|Stop|Update)')
      OR regexp_like("value", '^(cloudtrail:Put|ec2:DeleteFlow|events:D(elete|isable)R|logs:Delete)')
      OR regexp_like("value", '^monitoring:D(elete|isable)Alarm')
    )
),
used AS (
  SELECT
    principal,
    made_call,
    "day",
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum(calls) AS calls,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    first_value(event_id ORDER BY first_time, event_id) AS event_id,
    lag("day") OVER (PARTITION BY principal, made_call ORDER BY "day") AS last_day
  FROM made
  GROUP BY principal, made_call, "day"
),
active AS (
  SELECT
    principal,
    "day",
    count(*) OVER (
      PARTITION BY principal ORDER BY "day" RANGE BETWEEN INTERVAL '30 days' PRECEDING AND INTERVAL '1 day' PRECEDING
    ) AS days_before
  FROM (SELECT DISTINCT principal, "day" FROM baseline WHERE attribute = 'region')
)
SELECT
  min(first_time) AS time,
  max(last_time) AS last_time,
  date_bin($window, min(first_time)) AS window_start,
  CAST(sum(calls) AS BIGINT) AS count,
  array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
  used.principal || ' made for the first time in 30 days: '
    || array_to_string(array_slice(array_sort(array_agg(made_call)), 1, 20), ', ') AS message,
  used.principal,
  first_value(account_id ORDER BY first_time, account_id) AS account_id,
  array_slice(array_sort(array_agg(made_call)), 1, 20) AS new_calls,
  min(days_before) AS days_active_before
FROM used
JOIN active USING (principal, "day")
WHERE (last_day IS NULL OR last_day < used."day" - INTERVAL '30 days')
  AND days_before >= $known_days
GROUP BY used.principal, used."day"
HAVING count(*) >= $least_calls
