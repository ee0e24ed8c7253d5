/*---
id: hostile_user_agents
title: User agents of attack tools, or meant to harm a reader
description: >
  User agents with control characters, markup, a spreadsheet formula or a template lookup in them, and those of
  well-known attack tools and distributions. The field is chosen by the caller: it proves nothing when it looks
  normal.
---*/
SELECT
  CASE
    WHEN regexp_like(user_agent, '[\x00-\x08\x0a-\x1f\x7f]') THEN 'control characters'
    WHEN regexp_like(user_agent, '^\s*[=+@-]') THEN 'spreadsheet formula'
    WHEN regexp_like(user_agent, '(?i)<\s*(script|img|svg|iframe|a)\b') THEN 'markup'
    WHEN regexp_like(user_agent, '(?i)\$\{\s*jndi|\{\{') THEN 'template lookup'
    ELSE 'tool'
  END AS why,
  user_agent,
  principal,
  source_ip_address,
  count(*) AS calls,
  count(*) FILTER (WHERE error_code IS NOT NULL) AS failed,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND (
    regexp_like(user_agent, '[\x00-\x08\x0a-\x1f\x7f]')
    OR regexp_like(user_agent, '^\s*[=+@-]')
    OR regexp_like(user_agent, '(?i)<\s*(script|img|svg|iframe|a)\b')
    OR regexp_like(user_agent, '(?i)\$\{\s*jndi|\{\{')
    OR regexp_like(user_agent, '(?i)\b(kali|parrot|pentoo|pacu|scoutsuite|prowler|cloudfox|trufflehog|s3browser|s3 browser)')
  )
GROUP BY 1, user_agent, principal, source_ip_address
ORDER BY first_time, principal
