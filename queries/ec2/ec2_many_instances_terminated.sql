/*---
id: ec2_many_instances_terminated
title: Many instances terminated within an hour
severity: medium
status: stable
attack: [T1485, T1489]
practice: least-privilege
description: >
  One principal ended twenty or more instances. Terminated instances and the volumes that go with them do not come
  back: this is how an intruder destroys an account or covers tracks. Auto Scaling and other services are left
  out.
false_positives:
  - >
    Tearing down an environment by hand or by a tool that is not a service of AWS; raise the number if yours does
    it daily.
respond:
  - Ask the caller at once; while it goes on, disable the access key or revoke the sessions of the role.
  - Look at DeleteVolume, DeleteSnapshot and backup deletions by the same principal.
  - Restore from snapshots or backups, and turn on termination protection for what must stay.
references:
  - TerminateInstances, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
params:
  instances:
    type: int
    default: 20
    description: terminated instances within an hour that are a finding
entity: [principal, account_id]
window: 1h
lookback: 1h
---*/
-- Counted over the hour before each call, so that a full hour in between hides nothing; one finding a principal and hour.
WITH call AS (
  SELECT
    event_time,
    event_id,
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip,
    aws_region AS region,
    coalesce(json_length(request_parameters, 'instancesSet', 'items'), 1) AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name = 'TerminateInstances'
    AND error_code IS NULL
    AND error_message IS NULL
    -- Not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
),
counted AS (
  SELECT *, sum(subject) OVER last_hour AS subjects
  FROM call
  WINDOW last_hour AS (
    PARTITION BY account_id, principal
    ORDER BY event_time
    RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
  )
),
-- The details cost most: only near what is a finding. The order is that of the window above: nothing is sorted again.
near AS (
  SELECT
    *,
    max(subjects) OVER (
      PARTITION BY account_id, principal ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND INTERVAL '1 hour' FOLLOWING
    ) AS most
  FROM counted
)
SELECT
  min(event_time) FILTER (WHERE subjects >= $instances) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' terminated ' || CAST(max(subjects) AS VARCHAR) || ' instances within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most >= $instances
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING max(subjects) >= $instances
