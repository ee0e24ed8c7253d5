/*---
id: secrets_read
title: Secrets and parameters read
description: >
  Who read which secret of Secrets Manager, or decrypted parameter of Systems Manager, and how often. Somebody who
  reads many different ones is collecting them.
---*/
SELECT
  principal,
  event_name,
  coalesce(
    request_parameters ->> 'secretId', request_parameters ->> 'name', request_parameters ->> 'names',
    request_parameters ->> 'path', request_parameters ->> 'secretIdList', request_parameters ->> 'filters'
  ) AS what,
  count(*) AS reads,
  count(*) FILTER (WHERE error_code IS NOT NULL) AS failed,
  min(source_ip_address) AS an_address,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND (
    event_source = 'secretsmanager.amazonaws.com' AND event_name IN ('GetSecretValue', 'BatchGetSecretValue')
    OR event_source = 'ssm.amazonaws.com'
      AND event_name IN ('GetParameter', 'GetParameters', 'GetParametersByPath', 'GetParameterHistory')
      AND lower(request_parameters ->> 'withDecryption') = 'true'
  )
GROUP BY
  principal,
  event_name,
  coalesce(
    request_parameters ->> 'secretId', request_parameters ->> 'name', request_parameters ->> 'names',
    request_parameters ->> 'path', request_parameters ->> 'secretIdList', request_parameters ->> 'filters'
  )
ORDER BY principal, first_time
