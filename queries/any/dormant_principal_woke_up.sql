/*---
id: dormant_principal_woke_up
title: A principal came back after a long silence
severity: low
status: stable
attack: [T1078.004]
practice: rotate-credentials
description: >
  A user or role that was quiet for quiet_days and then makes calls again is either rare work or a forgotten
  credential that somebody found. Only principals with earlier activity in the lake are judged; service-linked
  roles are left out.
false_positives:
  - Yearly or quarterly work, emergencies, disaster tests.
  - Somebody back from a long leave.
respond:
  - Ask the owner whether this is their work.
  - >
    Compare address and client with those before the silence: hunts key_activity and principal_timeline.
  - >
    If nobody owns it: deactivate the credential and remove the user or role.
references:
  - Finding unused credentials, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html
params:
  quiet_days:
    type: int
    default: 60
    description: days of silence, 1 to 300
entity: [principal]
window: 1d
lookback: 400d
untested:
  "attribute = 'region'": one of these rows counts every event; with the others they would be counted several times
---*/
-- A silence of more than 399 days can't be told from a new principal.
WITH day_of_use AS (
  SELECT
    principal,
    "day",
    min(first_time) AS first_use,
    max(last_time) AS last_use,
    CAST(sum("count") AS BIGINT) AS calls,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    first_value(first_event_id ORDER BY first_time, first_event_id) AS event_id
  FROM baseline
  WHERE attribute = 'region'
    AND (principal LIKE '%:user/%' OR principal LIKE '%:role/%' OR principal LIKE '%:root')
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
  GROUP BY principal, "day"
),
rested AS (
  SELECT *, lag(last_use) OVER (PARTITION BY principal ORDER BY "day") AS slept_since
  FROM day_of_use
)
SELECT
  first_use AS time,
  last_use AS last_time,
  date_bin($window, first_use) AS window_start,
  calls AS count,
  make_array(event_id) AS event_ids,
  principal || ' made calls again after its last one at ' || CAST(slept_since AS VARCHAR) AS message,
  principal,
  account_id,
  slept_since
FROM rested
WHERE slept_since <= first_use - CAST($quiet_days || ' days' AS INTERVAL)
  AND slept_since >= first_use - INTERVAL '399 days'
