/*---
id: kms_key_material_deleted
title: Imported key material of a KMS key deleted
severity: high
status: stable
attack: [T1485, T1486]
practice: monitoring
description: >
  Unlike a deletion, this has no waiting time: what the key encrypts can't be read from this second on. Only who
  still has the material can bring it back.
false_positives:
  - Planned destruction of a key whose material was imported for that purpose.
respond:
  - >
    Import the material again, if you have it: `aws kms get-parameters-for-import`, then import-key-material.
  - Find out what the key encrypts (hunt kms_decrypts_by_key) and who called.
  - >
    Look for ImportKeyMaterial and CreateKey with origin EXTERNAL by the same principal: then the material is the
    attacker's.
references:
  - DeleteImportedKeyMaterial, https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'kms.amazonaws.com'
  AND event_name = 'DeleteImportedKeyMaterial'
  AND error_code IS NULL
  AND error_message IS NULL
