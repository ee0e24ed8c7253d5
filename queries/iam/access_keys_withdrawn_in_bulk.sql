/*---
id: access_keys_withdrawn_in_bulk
title: Five or more access keys switched off or deleted within an hour
severity: medium
status: stable
attack: [T1531]
practice: rotate-credentials
description: >
  Many workloads or people lose access at once. Defenders do this after a leak; an intruder does it to keep them
  out.
false_positives:
  - A clean-up of unused keys by a script, or the answer to a leak.
respond:
  - Ask the caller; look whether alarms of broken workloads came in.
  - >
    Switch keys that are needed on again (`aws iam update-access-key --status Active`); deleted ones have to be made
    anew.
  - >
    Unexplained: deactivate the caller's own credential and see what else it did.
references:
  - UpdateAccessKey, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
  - DeleteAccessKey, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html
entity: [principal, account_id]
window: 1h
lookback: 2h
---*/
-- A access key counts when the caller didn't touch it in the hour before, so each is counted once, if rather too few.
WITH touched AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    principal,
    source_ip,
    request_parameters ->> 'accessKeyId' AS target
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND (
      event_name = 'DeleteAccessKey'
      OR event_name = 'UpdateAccessKey' AND lower(request_parameters ->> 'status') = 'inactive'
    )
    AND error_code IS NULL
    AND error_message IS NULL
),
hit AS (
  SELECT
    *,
    lag(event_time) OVER (PARTITION BY account_id, principal, target ORDER BY event_time, event_id) AS before
  FROM touched
  WHERE target IS NOT NULL
),
counted AS (
  SELECT
    *,
    sum(CASE WHEN before IS NULL OR before < event_time - INTERVAL '1 hour' THEN 1 ELSE 0 END) OVER (
      PARTITION BY account_id, principal ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS targets
  FROM hit
)
SELECT
  min(event_time) FILTER (WHERE targets >= 5) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' withdrew ' || CAST(max(targets) AS VARCHAR) || ' access keys within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip,
  array_slice(array_sort(array_distinct(array_agg(target))), 1, 20) AS targets
FROM counted
GROUP BY account_id, principal, date_bin($window, event_time)
HAVING max(targets) >= 5
