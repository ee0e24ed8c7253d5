/*---
id: bedrock_model_access_denied
title: Access to Bedrock models asked for in vain
severity: low
status: stable
attack: [T1098, T1496.004]
practice: least-privilege
description: >
  Somebody tried to open a model to this account and wasn't allowed to. A person asks a colleague next; a stolen key
  tries elsewhere.
false_positives:
  - People who don't know who may do it.
respond:
  - Ask the owner of the credential.
  - Look for attempts in other regions and services (hunt denied_by_principal).
  - Rotate the credential if nobody knows about it.
references:
  - CreateFoundationModelAgreement, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateFoundationModelAgreement.html
  - PutUseCaseForModelAccess, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_PutUseCaseForModelAccess.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name IN ('PutFoundationModelEntitlement', 'PutUseCaseForModelAccess', 'CreateFoundationModelAgreement')
  AND (
    lower(error_code) LIKE '%accessdenied%'
    OR lower(error_code) LIKE '%unauthorized%'
    OR lower(error_message) LIKE '%is not authorized to perform%'
  )
