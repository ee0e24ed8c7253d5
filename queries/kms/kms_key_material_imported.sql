/*---
id: kms_key_material_imported
title: Key material imported into a KMS key
severity: medium
status: stable
attack: [T1486, T1608.003]
practice: monitoring
description: >
  The bytes of the key are known outside of AWS, and whoever imported them can take the key away at any time.
  Encrypting data with such a key and deleting the material is how data in AWS is held to ransom.
false_positives:
  - Companies that must make their own keys. They know about each one.
respond:
  - Ask the caller; see whether the material expires (expirationModel, validTo), which is rarer and worse.
  - >
    Look for re-encryption with this key: PutBucketEncryption, CopyObject, CopySnapshot, ModifyVolume.
  - Deny the key's use in its policy if nobody knows about it.
references:
  - ImportKeyMaterial, https://docs.aws.amazon.com/kms/latest/APIReference/API_ImportKeyMaterial.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'kms.amazonaws.com'
  AND event_name = 'ImportKeyMaterial'
  AND error_code IS NULL
  AND error_message IS NULL
