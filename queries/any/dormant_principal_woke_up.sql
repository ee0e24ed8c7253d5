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
  "cloudtrail.principal = woken.principal": says which event the details are of
  "event_time = first_use": says which event the details are of
---*/
WITH day_of_use AS (
  SELECT principal, event_date, min(event_time) AS first_use, max(event_time) AS last_use, count(*) AS calls
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND user_type IN ('IAMUser', 'AssumedRole', 'Root')
  GROUP BY principal, event_date
),
rested AS (
  SELECT *, lag(last_use) OVER (PARTITION BY principal ORDER BY event_date) AS slept_since
  FROM day_of_use
),
woken AS (
  SELECT *
  FROM rested
  WHERE first_use >= slept_since + CAST($quiet_days || ' days' AS INTERVAL)
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
)
-- The few come first in the join, which lets the scan leave out the rest.
SELECT
  first_use AS time,
  last_use AS last_time,
  date_bin($window, first_use) AS window_start,
  calls AS count,
  make_array(min(event_id)) AS event_ids,
  woken.principal || ' made calls again after its last one at ' || CAST(slept_since AS VARCHAR) AS message,
  woken.principal,
  min(coalesce(user_account_id, recipient_account_id)) AS account_id,
  min(source_ip) AS source_ip,
  slept_since,
  min(event_name) AS first_call
FROM woken
JOIN cloudtrail ON cloudtrail.principal = woken.principal AND event_time = first_use
GROUP BY woken.principal, first_use, last_use, calls, slept_since
