/*---
id: network_activity
title: Who came from this network
description: >
  Principals seen from a network, IPv4 or IPv6, with the addresses they used and how much they did.
params:
  network:
    type: cidr
    required: true
    description: such as 192.0.2.0/24 or 2001:db8::/32
---*/
SELECT
  principal,
  source_ip,
  count(*) AS calls,
  count(DISTINCT event_name) AS actions,
  count(*) FILTER (WHERE coalesce(read_only, false) = false) AS writes,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND cidr_contains($network, source_ip)
GROUP BY principal, source_ip
ORDER BY calls DESC, principal, source_ip
