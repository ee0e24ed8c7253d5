/*---
id: conflicting_records
title: Records that share an event id but differ
description: >
  The same event id in the same account more than once. Equal records are dropped at ingest, so what is here
  differs: an addendum that corrects a record, or a record that somebody altered.
---*/
SELECT
  event_id,
  recipient_account_id AS account_id,
  count(*) AS records,
  count(DISTINCT source_object) AS objects,
  min(event_time) AS first_time,
  min(event_name) AS event_name,
  count(DISTINCT event_name) AS names,
  count(DISTINCT principal) AS principals,
  count(DISTINCT source_ip_address) AS addresses,
  count(*) FILTER (WHERE addendum IS NOT NULL) AS addenda,
  array_slice(array_sort(array_agg(DISTINCT source_object), 'ASC', 'NULLS LAST'), 1, 5) AS some_objects
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND event_id IS NOT NULL
GROUP BY event_id, recipient_account_id
HAVING count(*) > 1
ORDER BY first_time, event_id
