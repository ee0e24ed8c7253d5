/*---
id: instance_credentials_elsewhere
title: Instance roles used from several addresses
description: >
  Role sessions of EC2 instances whose calls came from more than one public address: credentials that left their
  instance. Gateways with several addresses look the same.
---*/
SELECT
  session_issuer_arn AS role_arn,
  split_part(user_arn, '/', 3) AS instance,
  count(DISTINCT source_ip) AS addresses,
  array_slice(array_sort(array_agg(DISTINCT source_ip), 'ASC', 'NULLS LAST'), 1, 10) AS some_addresses,
  count(DISTINCT user_agent) AS user_agents,
  count(*) AS calls,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND user_type = 'AssumedRole'
  AND user_arn LIKE '%/i-%'
  AND source_ip IS NOT NULL
  AND coalesce(ip_is_private(source_ip), true) = false
GROUP BY session_issuer_arn, split_part(user_arn, '/', 3)
HAVING count(DISTINCT source_ip) > 1
ORDER BY addresses DESC, role_arn, instance
