/*---
id: off_hours_changes
title: Changes outside working hours
description: >
  Calls that changed something, made by people at night or at weekends, by person and day. Hours are UTC: shift
  them to where your people are.
params:
  from_hour:
    type: int
    default: 7
    description: first working hour, UTC
  to_hour:
    type: int
    default: 20
    description: first hour after work, UTC
---*/
SELECT
  event_date,
  principal,
  count(*) AS changes,
  min(event_time) AS first_time,
  max(event_time) AS last_time,
  count(DISTINCT source_ip_address) AS addresses,
  min(source_ip_address) AS an_address,
  array_slice(array_sort(array_agg(DISTINCT event_name), 'ASC', 'NULLS LAST'), 1, 10) AS some_actions
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND read_only = false
  AND coalesce(user_invoked_by, '') = ''
  -- people: IAM users and root, Identity Center roles, sessions of the console
  AND (
    user_type IN ('IAMUser', 'Root', 'IdentityCenterUser')
    OR session_issuer_arn LIKE '%/aws-reserved/sso.amazonaws.com/%'
    OR session_credential_from_console
  )
  AND (
    date_part('hour', event_time) < $from_hour
    OR date_part('hour', event_time) >= $to_hour
    OR date_part('dow', event_time) IN (0, 6)
  )
GROUP BY event_date, principal
ORDER BY event_date, changes DESC, principal
