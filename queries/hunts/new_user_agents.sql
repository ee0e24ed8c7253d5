/*---
id: new_user_agents
title: User agents new to a principal
description: >
  Programs that a principal used for the first time within the time asked for, judged by the whole lake. A stolen
  key shows up as a new tool long before it does harm.
---*/
SELECT
  min(event_time) AS first_time,
  principal,
  user_agent,
  count(*) AS calls,
  min(source_ip_address) AS an_address,
  array_slice(array_sort(array_agg(DISTINCT event_name), 'ASC', 'NULLS LAST'), 1, 10) AS some_actions
FROM cloudtrail
WHERE event_time < $until
  AND principal IS NOT NULL
  AND user_agent IS NOT NULL
  AND user_invoked_by IS NULL
GROUP BY principal, user_agent
HAVING min(event_time) >= $since
ORDER BY first_time, principal
