/*---
id: kms_external_key_created
title: KMS key with external key material created
severity: low
status: stable
attack: [T1486, T1608.003]
practice: monitoring
description: >
  The key's material comes from outside of AWS, or stays there. It is the first step both of a compliance project
  and of encrypting somebody's data for ransom.
false_positives:
  - Companies that must make their own keys.
respond:
  - Ask the caller.
  - Look for ImportKeyMaterial and for data being encrypted with the key.
  - Schedule the key for deletion if nobody knows about it.
references:
  - CreateKey, https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'kms.amazonaws.com'
  AND event_name = 'CreateKey'
  AND error_code IS NULL
  AND error_message IS NULL
  AND upper(request_parameters ->> 'origin') IN ('EXTERNAL', 'EXTERNAL_KEY_STORE')
