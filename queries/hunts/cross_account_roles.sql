/*---
id: cross_account_roles
title: Roles assumed across accounts
description: >
  Who from which account took a role of another account. Callers outside the organisation are seen as AWSAccount
  in the account that owns the role.
---*/
SELECT
  user_account_id AS from_account,
  recipient_account_id AS seen_in,
  request_parameters ->> 'roleArn' AS role_arn,
  coalesce(user_arn, user_principal_id) AS caller,
  count(*) AS calls,
  count(*) FILTER (WHERE error_code IS NOT NULL) AS failed,
  count(*) FILTER (WHERE request_parameters ->> 'externalId' IS NOT NULL) AS with_external_id,
  min(source_ip_address) AS an_address,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRole'
  AND (user_type IS DISTINCT FROM 'AWSService')
  AND user_account_id IS NOT NULL
  AND (split_part(request_parameters ->> 'roleArn', ':', 5) IS DISTINCT FROM user_account_id)
GROUP BY user_account_id, recipient_account_id, request_parameters ->> 'roleArn', coalesce(user_arn, user_principal_id)
ORDER BY first_time, role_arn
