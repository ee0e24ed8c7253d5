/*---
id: account_region_went_silent
title: An account and region that were always busy fell silent
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  On each of seven days events came all day long, then none for a day. Either all work there ended, or the trail, its
  bucket policy or the collection was cut. The finding is dated one day after the last event.
false_positives:
  - An account or region that was given up.
  - Collection that is late; it corrects itself when the logs arrive, this finding stays.
respond:
  - >
    Look whether the trail logs: `aws cloudtrail get-trail-status` in that account and region.
  - >
    Look for StopLogging, DeleteTrail, PutEventSelectors, and changes to the bucket's policy or key, just before
    the silence (hunt trail_changes).
  - >
    Check the collection itself: are other accounts of the same bucket still coming in?
references:
  - Getting the status of a trail, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
entity: [account_id, region]
window: 1d
lookback: 10d
clock: true
---*/
-- The finding falls on the last event + one day, so on exactly one window. A day is busy when events come all day long.
WITH busy_day AS (
  SELECT
    account_id,
    "value" AS region,
    "day",
    min(first_time) AS first_event,
    max(last_time) AS last_event,
    max(last_time) - min(first_time) >= INTERVAL '20 hours' AND sum("count") >= 100 AS is_busy
  FROM baseline
  WHERE attribute = 'region'
  GROUP BY account_id, "value", "day"
),
pause AS (
  SELECT
    *,
    last_event + INTERVAL '1 day' AS due,
    lead(first_event) OVER (PARTITION BY account_id, region ORDER BY "day") AS next_event,
    sum(CASE WHEN is_busy THEN 1 ELSE 0 END) OVER (
      PARTITION BY account_id, region ORDER BY "day" RANGE BETWEEN INTERVAL '7 days' PRECEDING AND INTERVAL '1 day' PRECEDING
    ) AS busy_days
  FROM busy_day
)
SELECT
  due AS time,
  due AS last_time,
  date_bin($window, due) AS window_start,
  CAST(1 AS BIGINT) AS count,
  CAST(make_array() AS VARCHAR[]) AS event_ids,
  'no events of account ' || account_id || ' in ' || region || ' since ' || CAST(last_event AS VARCHAR) AS message,
  account_id,
  region,
  last_event
FROM pause
WHERE due >= $window_start AND due < $window_end
  AND busy_days = 7
  AND (next_event IS NULL OR next_event > due)
