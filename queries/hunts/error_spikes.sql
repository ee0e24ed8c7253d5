/*---
id: error_spikes
title: Actions whose errors jumped
description: >
  Hours in which an action failed far more often than in its average hour of the time asked for.
params:
  least:
    type: int
    default: 10
    description: errors an hour that are worth a line
  factor:
    type: int
    default: 5
    description: how many times the usual
---*/
WITH hourly AS (
  SELECT
    date_bin(INTERVAL '1 hour', event_time) AS hour,
    event_source,
    event_name,
    count(*) AS errors,
    count(DISTINCT principal) AS principals,
    min(error_code) AS an_error
  FROM cloudtrail
  WHERE event_time >= $since AND event_time < $until
    AND error_code IS NOT NULL
  GROUP BY date_bin(INTERVAL '1 hour', event_time), event_source, event_name
),
compared AS (
  SELECT
    *,
    -- Hours without an error have no row: the average is over all hours from the first error to the last.
    sum(errors) OVER action * 1.0
      / (1 + (date_part('epoch', max(hour) OVER action) - date_part('epoch', min(hour) OVER action)) / 3600) AS usual
  FROM hourly
  WINDOW action AS (PARTITION BY event_source, event_name)
)
SELECT hour, event_source, event_name, errors, round(usual, 2) AS usual, round(errors / usual, 1) AS times, principals, an_error
FROM compared
WHERE errors >= $least AND errors >= $factor * usual
ORDER BY times DESC, hour, event_name
