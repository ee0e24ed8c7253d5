/*---
id: address_activity
title: What this address did
description: >
  Every principal and action seen from one address. Write IPv6 in its short form (2001:db8::1).
params:
  ip:
    type: ip
    required: true
    description: the address
---*/
SELECT
  recipient_account_id AS account_id,
  principal,
  access_key_id,
  event_source,
  event_name,
  aws_region,
  count(*) AS calls,
  count(*) FILTER (WHERE error_code IS NOT NULL OR error_message IS NOT NULL) AS failed,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND (source_ip = $ip OR source_ip_address = $ip)
GROUP BY recipient_account_id, principal, access_key_id, event_source, event_name, aws_region
ORDER BY first_time, event_source, event_name
