/*---
id: account_region_went_silent
title: An account and region that were always busy fell silent
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  For a week there were events in at least 150 hours, then none for a day. Either all work there ended, or the
  trail, its bucket policy or the collection was cut. The finding is dated one day after the last event.
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
-- Hours with events; the finding falls on the last event + one day, so on exactly one window.
WITH busy_hour AS (
  SELECT
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region,
    date_bin(INTERVAL '1 hour', event_time) AS hour,
    max(event_time) AS last_event
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
  GROUP BY 1, 2, 3
),
pause AS (
  SELECT
    *,
    last_event + INTERVAL '1 day' AS due,
    lead(hour) OVER (PARTITION BY account_id, region ORDER BY hour) AS next_hour,
    count(*) OVER (
      PARTITION BY account_id, region ORDER BY hour RANGE BETWEEN INTERVAL '167 hours' PRECEDING AND CURRENT ROW
    ) AS hours_busy
  FROM busy_hour
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
  last_event,
  hours_busy
FROM pause
WHERE due >= $window_start AND due < $window_end
  AND hours_busy >= 150
  AND (next_hour IS NULL OR next_hour > due)
