/*---
id: first_seen
title: Actions a principal did for the first time
description: >
  Principal and action pairs whose first occurrence in the whole lake lies in the time asked for. Ask for the last
  days of a lake that holds months: on its first day everything is new.
---*/
SELECT
  min(event_time) AS first_time,
  principal,
  event_source,
  event_name,
  count(*) AS calls,
  count(*) FILTER (WHERE error_code IS NOT NULL OR error_message IS NOT NULL) AS failed,
  min(source_ip_address) AS an_address,
  min(recipient_account_id) AS an_account
FROM cloudtrail
WHERE event_time < $until
  AND principal IS NOT NULL
  AND event_name IS NOT NULL
GROUP BY principal, event_source, event_name
HAVING min(event_time) >= $since
ORDER BY first_time, principal, event_name
