/*---
id: denied_by_principal
title: Who was denied, and what
description: >
  Denied calls by principal and action. Many different actions of one principal are somebody trying out what a
  credential can do; one action again and again is a missing permission.
---*/
SELECT
  principal,
  count(*) AS denied,
  count(DISTINCT event_source || ':' || event_name) AS actions,
  count(DISTINCT aws_region) AS regions,
  count(DISTINCT source_ip_address) AS addresses,
  min(event_time) AS first_time,
  max(event_time) AS last_time,
  array_slice(array_sort(array_agg(DISTINCT event_name), 'ASC', 'NULLS LAST'), 1, 10) AS some_actions
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND (
    lower(error_code) LIKE '%accessdenied%'
    OR lower(error_code) LIKE '%unauthorized%'
    OR lower(error_code) LIKE '%notauthorized%'
    OR lower(error_code) LIKE 'authorizationerror%'
    OR lower(error_code) IN ('forbidden', 'forbiddenexception')
    OR error_code IS NULL AND lower(error_message) LIKE '%is not authorized to perform%'
  )
GROUP BY principal
ORDER BY actions DESC, denied DESC, principal
