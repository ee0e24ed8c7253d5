/*---
id: kms_keys_mass_disabled
title: One principal disabled or scheduled several KMS keys for deletion within an hour
severity: high
status: stable
attack: [T1485, T1486]
practice: monitoring
description: >
  Keys are few and live long. Three of them taken away within an hour make everything unreadable that they encrypt,
  which is extortion without touching the data.
false_positives:
  - Teardown of a test environment by a person or pipeline. Stacks of CloudFormation are left out.
respond:
  - >
    Stop the principal: deactivate the key or revoke the role's sessions.
  - >
    Undo it for every key: `aws kms cancel-key-deletion` and `aws kms enable-key`, in each region.
  - Ask the owner of the principal; look at what else it did (hunt principal_timeline).
references:
  - ScheduleKeyDeletion, https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
  - DeleteImportedKeyMaterial, https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html
params:
  keys:
    type: int
    default: 3
    description: different keys within an hour
entity: [actor]
window: 1h
lookback: 2h
---*/
-- One finding a principal and clock hour. Keys are counted over the hour before each call; what the principal
-- had used in the 1 hour before that doesn't count, which keeps programs out that ask for the same again and again.
WITH call AS (
  SELECT
    event_time,
    event_id,
    event_name,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region,
    source_ip,
    principal AS actor,
    coalesce(array_element(string_to_array(request_parameters ->> 'keyId', '/'), -1), event_id) AS target
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'kms.amazonaws.com'
    AND event_name IN ('ScheduleKeyDeletion', 'DisableKey', 'DeleteImportedKeyMaterial')
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND principal IS NOT NULL
),
remembered AS (
  SELECT *, lag(event_time) OVER (PARTITION BY actor, target ORDER BY event_time, event_id) AS previous FROM call
),
counted AS (
  SELECT
    *,
    count(*) OVER last_hour AS targets
  FROM remembered
  WHERE previous IS NULL OR previous < event_time - INTERVAL '1 hour'
  WINDOW last_hour AS (PARTITION BY actor ORDER BY event_time RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW)
),
judged AS (
  SELECT *, targets >= $keys AS many FROM counted
)
SELECT
  min(event_time) FILTER (WHERE many) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(targets) FILTER (WHERE many) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  CAST(max(targets) FILTER (WHERE many) AS VARCHAR) || ' KMS keys disabled or scheduled for deletion within an hour by ' || actor AS message,
  actor,
  actor AS principal,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(aws_region) = max(aws_region) THEN min(aws_region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM judged
GROUP BY actor, date_bin($window, event_time)
HAVING count(*) FILTER (WHERE many) > 0
