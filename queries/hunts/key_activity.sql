/*---
id: key_activity
title: What was done with this access key
description: >
  Every action signed with one access key, long-term (AKIA) or temporary (ASIA), with where it came from. Begin
  here when a key has leaked.
params:
  key:
    type: text
    required: true
    description: the access key id
---*/
SELECT
  event_source,
  event_name,
  aws_region,
  source_ip_address,
  user_agent,
  count(*) AS calls,
  count(*) FILTER (WHERE error_code IS NOT NULL OR error_message IS NOT NULL) AS failed,
  min(event_time) AS first_time,
  max(event_time) AS last_time,
  min(principal) AS principal
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND access_key_id = $key
GROUP BY event_source, event_name, aws_region, source_ip_address, user_agent
ORDER BY first_time, event_source, event_name
