/*---
id: kms_custom_key_store_removed
title: KMS custom key store disconnected or deleted
severity: high
status: stable
attack: [T1485, T1489]
practice: monitoring
description: >
  No key in the store can be used while it is disconnected: everything they encrypt is out of reach at once. Few
  accounts have such a store, and those that do guard it.
false_positives:
  - Planned maintenance of the CloudHSM cluster or external key manager.
respond:
  - >
    Connect it again: `aws kms connect-custom-key-store --custom-key-store-id ID`.
  - Ask the caller and the owners of the key manager.
  - Look at what the principal did to the CloudHSM cluster and other keys.
references:
  - DisconnectCustomKeyStore, https://docs.aws.amazon.com/kms/latest/APIReference/API_DisconnectCustomKeyStore.html
  - DeleteCustomKeyStore, https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteCustomKeyStore.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'kms.amazonaws.com'
  AND event_name IN ('DisconnectCustomKeyStore', 'DeleteCustomKeyStore')
  AND error_code IS NULL
  AND error_message IS NULL
