/*---
id: open_security_groups
title: Security groups opened to the world
description: >
  Ingress rules for 0.0.0.0/0 or ::/0 that were added, with the ports in the request. The text is searched: it is
  shaped differently by old calls, new ones and single rules.
---*/
SELECT
  event_time,
  recipient_account_id AS account_id,
  aws_region,
  event_name,
  coalesce(
    request_parameters ->> 'groupId', request_parameters ->> 'groupName',
    request_parameters -> 'ModifySecurityGroupRulesRequest' ->> 'GroupId'
  ) AS security_group,
  principal,
  source_ip_address,
  coalesce(error_code, error_message) AS error,
  request_parameters,
  event_id
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND event_source = 'ec2.amazonaws.com'
  AND event_name IN ('AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules')
  AND (request_parameters LIKE '%"0.0.0.0/0"%' OR request_parameters LIKE '%"::/0"%')
ORDER BY event_time, event_id
