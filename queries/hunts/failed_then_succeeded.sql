/*---
id: failed_then_succeeded
title: Calls that failed first and then succeeded
description: >
  The same principal and action, denied and then allowed within the given minutes: a retry with better luck, or
  somebody who gave themselves the permission in between.
params:
  minutes:
    type: int
    default: 60
    description: how long after the last denial a success counts
---*/
WITH denied AS (
  SELECT principal, event_source, event_name, count(*) AS denials, min(event_time) AS first_denied, max(event_time) AS last_denied
  FROM cloudtrail
  WHERE event_time >= $since AND event_time < $until
    AND principal IS NOT NULL
    AND (lower(error_code) LIKE '%accessdenied%' OR lower(error_code) LIKE '%unauthorized%')
  GROUP BY principal, event_source, event_name
)
SELECT
  denied.first_denied,
  denied.last_denied,
  min(ok.event_time) AS first_allowed,
  denied.principal,
  denied.event_source,
  denied.event_name,
  denied.denials,
  count(*) AS allowed,
  min(ok.source_ip_address) AS an_address
FROM denied
JOIN cloudtrail ok
  ON ok.principal = denied.principal
  AND ok.event_source = denied.event_source
  AND ok.event_name = denied.event_name
WHERE ok.event_time >= $since AND ok.event_time < $until
  AND ok.error_code IS NULL
  AND ok.error_message IS NULL
  AND ok.event_time > denied.first_denied
  AND ok.event_time <= denied.last_denied + CAST($minutes || ' minutes' AS INTERVAL)
GROUP BY
  denied.first_denied, denied.last_denied, denied.principal, denied.event_source, denied.event_name, denied.denials
ORDER BY denied.first_denied, denied.principal, denied.event_name
