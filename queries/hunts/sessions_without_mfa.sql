/*---
id: sessions_without_mfa
title: Changes made without MFA
description: >
  Calls that changed something, by IAM users and root in sessions or with keys that were not protected by MFA, by
  user and service.
---*/
SELECT
  principal,
  event_source,
  count(*) AS changes,
  count(*) FILTER (WHERE access_key_id LIKE 'AKIA%') AS by_long_term_key,
  count(*) FILTER (WHERE session_credential_from_console) AS by_console,
  count(DISTINCT event_name) AS actions,
  array_slice(array_sort(array_agg(DISTINCT event_name), 'ASC', 'NULLS LAST'), 1, 10) AS some_actions,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND user_type IN ('IAMUser', 'Root')
  AND read_only = false
  AND coalesce(session_mfa_authenticated, false) = false
  AND coalesce(user_invoked_by, '') = ''
  AND error_code IS NULL
GROUP BY principal, event_source
ORDER BY changes DESC, principal, event_source
