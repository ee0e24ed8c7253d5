/*---
id: logins_by_network
title: Console logins by network
description: >
  Successful and failed console logins by /24 (IPv6: /48), rarest first: the network that only one user ever came
  from, or that only failed.
---*/
SELECT
  ip_block(source_ip) AS network,
  count(*) FILTER (WHERE lower(response_elements ->> 'ConsoleLogin') = 'success') AS succeeded,
  count(*) FILTER (WHERE lower(response_elements ->> 'ConsoleLogin') = 'failure') AS failed,
  count(*) FILTER (WHERE lower(additional_event_data ->> 'MFAUsed') = 'yes') AS with_mfa,
  count(DISTINCT coalesce(user_name, user_arn, user_type)) AS users,
  array_slice(array_sort(array_agg(DISTINCT coalesce(user_name, user_arn, user_type)), 'ASC', 'NULLS LAST'), 1, 10) AS some_users,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND event_name = 'ConsoleLogin'
GROUP BY ip_block(source_ip)
ORDER BY succeeded + failed, network
