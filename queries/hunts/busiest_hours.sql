/*---
id: busiest_hours
title: The most active principals, hour by hour
description: >
  For each hour the principals with the most calls, five at most, and how many of the calls changed something.
---*/
WITH hourly AS (
  SELECT
    date_bin(INTERVAL '1 hour', event_time) AS hour,
    principal,
    count(*) AS calls,
    count(*) FILTER (WHERE coalesce(read_only, false) = false) AS writes,
    count(*) FILTER (WHERE error_code IS NOT NULL) AS failed,
    count(DISTINCT event_name) AS actions
  FROM cloudtrail
  WHERE event_time >= $since AND event_time < $until
    AND principal IS NOT NULL
  GROUP BY date_bin(INTERVAL '1 hour', event_time), principal
),
ranked AS (
  SELECT *, row_number() OVER (PARTITION BY hour ORDER BY calls DESC, principal) AS place
  FROM hourly
)
SELECT hour, place, principal, calls, writes, failed, actions
FROM ranked
WHERE place <= 5
ORDER BY hour, place
