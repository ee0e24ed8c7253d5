/*---
id: access_key_from_new_network
title: User of a long-term key came from a new network and did something sensitive
severity: medium
status: stable
attack: [T1078.004, T1552.001]
practice: monitoring
description: >
  A long-term key signs from wherever it was copied to. Its user, seen from one or two networks in 30 days (the /24 of
  an address, IPv6 /48), used the key on a day on which a new network came, and on that day made a sensitive call (gives
  rights, reads secrets, copies or shares data, blinds monitoring) or was denied something. The counts are of days:
  whether that call came from that network says hunt key_activity. Only users and root with at least known_days
  days of activity in the 30 before are judged. Left out are private addresses and calls on behalf of somebody.
false_positives:
  - A server that moved, a new NAT gateway.
  - Somebody who travels with a key in their profile.
respond:
  - >
    See what the key did from the new network: hunt key_activity, then hunt network_activity for who else came from
    there.
  - >
    Not explained by the owner: `aws iam update-access-key --status Inactive`, and deny the user until it is clear.
  - >
    Hunt principal_timeline for what was read, shared or created, and undo it. Find where the key was kept.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
params:
  known_days:
    type: int
    default: 7
    description: days of the 30 before with any activity that a principal must have to be judged
entity: [principal]
window: 1d
lookback: 31d
untested:
  "most <= 2": leaves out early what cannot be enough, before the days are compared
---*/
WITH used AS (
  SELECT
    principal,
    "value" AS network,
    "day",
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum("count") AS calls,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    first_value(first_event_id ORDER BY first_time, first_event_id) AS event_id,
    lag("day") OVER (PARTITION BY principal, "value" ORDER BY "day") AS last_day
  FROM baseline
  WHERE attribute = 'network'
    AND (principal LIKE 'arn:%:iam::%:user/%' OR principal LIKE 'arn:%:iam::%:root')
  GROUP BY principal, "value", "day"
),
day_of_use AS (
  SELECT principal, "day", max(networks) OVER days_before AS most, count(*) OVER days_before AS known
  FROM (SELECT principal, "day", count(*) AS networks FROM used GROUP BY principal, "day")
  WINDOW days_before AS (
    PARTITION BY principal ORDER BY "day" RANGE BETWEEN INTERVAL '30 days' PRECEDING AND INTERVAL '1 day' PRECEDING
  )
),
fresh AS (
  SELECT
    used.principal,
    used."day",
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum(calls) AS calls,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
    array_slice(array_sort(array_agg(network)), 1, 10) AS new_networks
  FROM used
  JOIN day_of_use USING (principal, "day")
  WHERE (last_day IS NULL OR last_day < used."day" - INTERVAL '30 days')
    AND known >= $known_days
    AND most <= 2
    AND NOT coalesce(ip_is_private(split_part(network, '/', 1)), false)
  GROUP BY used.principal, used."day"
),
key_day AS (
  SELECT principal, "day", array_sort(array_distinct(array_agg("value"))) AS access_key_ids
  FROM baseline
  WHERE attribute = 'access_key'
  GROUP BY principal, "day"
),
bad_day AS (
  SELECT
    principal,
    "day",
    array_slice(array_sort(array_distinct(array_agg("value"))), 1, 20) AS sensitive_calls_and_errors
  FROM baseline
  WHERE (
      attribute = 'error'
      AND (
        "value" LIKE '%AccessDenied%' OR "value" LIKE '%Unauthorized%' OR "value" LIKE '%NotAuthorized%'
        OR "value" LIKE 'AuthorizationError%'
      )
    )
    OR (
      attribute = 'event'
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
    )
  GROUP BY principal, "day"
)
SELECT
  min(fresh.first_time) AS time,
  min(fresh.last_time) AS last_time,
  date_bin($window, min(fresh.first_time)) AS window_start,
  CAST(min(fresh.calls) AS BIGINT) AS count,
  first_value(fresh.event_ids) AS event_ids,
  fresh.principal || ' used access key ' || array_to_string(first_value(access_key_ids), ', ') || ' and came from '
    || array_to_string(first_value(new_networks), ', ') || ' for the first time in 30 days; that day: '
    || array_to_string(first_value(sensitive_calls_and_errors), ', ') AS message,
  fresh.principal,
  min(fresh.account_id) AS account_id,
  first_value(access_key_ids) AS access_key_ids,
  first_value(new_networks) AS new_networks,
  array_sort(array_distinct(array_agg(earlier.network))) AS networks_before,
  first_value(sensitive_calls_and_errors) AS sensitive_calls_and_errors
FROM fresh
JOIN key_day USING (principal, "day")
JOIN bad_day USING (principal, "day")
JOIN used AS earlier ON earlier.principal = fresh.principal
  AND earlier."day" < fresh."day" AND earlier."day" >= fresh."day" - INTERVAL '30 days'
GROUP BY fresh.principal, fresh."day"
HAVING count(DISTINCT earlier.network) <= 2
