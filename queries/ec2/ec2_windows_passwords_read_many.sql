/*---
id: ec2_windows_passwords_read_many
title: The administrator passwords of many Windows instances were asked for
severity: medium
status: stable
attack: [T1552.005, T1555]
practice: least-privilege
description: >
  One principal asked for the administrator passwords of five or more instances within an hour, with success or
  without. Somebody is collecting credentials to move on inside the network.
false_positives:
  - Setting up a fleet of Windows machines by hand; a tool that asks for one instance many times does not count.
respond:
  - Ask the caller. If they know nothing, disable the key or revoke the sessions of the role.
  - Change the passwords of the instances that were answered for, and replace their key pair.
  - Deny ec2:GetPasswordData to all who do not set up Windows machines.
references:
  - GetPasswordData, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html
  - >
    Stratus Red Team,
    https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.ec2-get-password-data/
params:
  instances:
    type: int
    default: 5
    description: different instances within an hour that are a finding
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
    request_parameters ->> 'instanceId' AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name = 'GetPasswordData'
    -- Not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
),
counted AS (
  SELECT *, count(DISTINCT subject) OVER last_hour AS subjects
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
  coalesce(principal, 'somebody') || ' asked for the Windows passwords of ' || CAST(max(subjects) AS VARCHAR) || ' instances within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most >= $instances
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING max(subjects) >= $instances
