/*---
id: who_acts
title: How much is people, how much is machines
description: >
  Calls by kind of caller: services acting by themselves, service-linked roles, people through Identity Center,
  IAM users with keys or the console, other roles, other accounts.
---*/
SELECT
  CASE
    WHEN lower(event_type) = 'awsserviceevent' THEN 'service event'
    WHEN user_type = 'AWSService' THEN 'service'
    WHEN session_issuer_arn LIKE '%:role/aws-service-role/%' THEN 'service-linked role'
    WHEN user_invoked_by IS NOT NULL THEN 'service for a principal'
    WHEN session_issuer_arn LIKE '%/aws-reserved/sso.amazonaws.com/%' THEN 'Identity Center role'
    WHEN user_type = 'AssumedRole' AND ec2_role_delivery IS NOT NULL THEN 'instance role'
    WHEN user_type = 'AssumedRole' THEN 'role'
    WHEN user_type = 'IAMUser' AND access_key_id LIKE 'AKIA%' THEN 'IAM user, long-term key'
    WHEN user_type IS NULL THEN 'unknown'
    ELSE user_type
  END AS caller,
  count(*) AS calls,
  count(*) FILTER (WHERE coalesce(read_only, false) = false) AS writes,
  count(*) FILTER (WHERE error_code IS NOT NULL) AS failed,
  count(DISTINCT principal) AS principals,
  count(DISTINCT source_ip) AS addresses,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
GROUP BY 1
ORDER BY calls DESC, caller
