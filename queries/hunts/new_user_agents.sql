/*---
id: new_user_agents
title: User agents new to a principal
description: >
  Programs that a principal used for the first time within the time asked for, judged by the whole lake. A stolen
  key shows up as a new tool long before it does harm.
---*/
WITH used AS (
  SELECT event_time, principal, user_agent, source_ip_address, event_name
  FROM cloudtrail
  WHERE event_time < $until
    AND principal IS NOT NULL
    AND user_agent IS NOT NULL
    AND user_invoked_by IS NULL
),
lately AS (
  SELECT
    min(event_time) AS first_time,
    principal,
    user_agent,
    count(*) AS calls,
    min(source_ip_address) AS an_address,
    array_slice(array_sort(array_agg(DISTINCT event_name), 'ASC', 'NULLS LAST'), 1, 10) AS some_actions
  FROM used
  WHERE event_time >= $since
  GROUP BY principal, user_agent
)
SELECT first_time, principal, user_agent, calls, an_address, some_actions
FROM lately
WHERE NOT EXISTS (
  SELECT 1 FROM used AS before
  WHERE before.event_time < $since AND before.principal = lately.principal AND before.user_agent = lately.user_agent
)
ORDER BY first_time, principal
