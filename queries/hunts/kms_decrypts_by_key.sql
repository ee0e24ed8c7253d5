/*---
id: kms_decrypts_by_key
title: Who decrypts with which KMS key
description: >
  Decrypt and data key calls by key and principal. The key is taken from the resources of the record, since
  Decrypt rarely names it in its parameters.
---*/
SELECT
  coalesce(resources -> 0 ->> 'ARN', request_parameters ->> 'keyId') AS key_arn,
  principal,
  user_invoked_by AS through,
  event_name,
  count(*) AS calls,
  count(*) FILTER (WHERE error_code IS NOT NULL) AS failed,
  count(DISTINCT source_ip_address) AS addresses,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND event_source = 'kms.amazonaws.com'
  AND event_name IN ('Decrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncrypt', 'CreateGrant')
GROUP BY coalesce(resources -> 0 ->> 'ARN', request_parameters ->> 'keyId'), principal, user_invoked_by, event_name
ORDER BY calls DESC, key_arn, principal
