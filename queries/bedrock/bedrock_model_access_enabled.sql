/*---
id: bedrock_model_access_enabled
title: Access to Bedrock models asked for or agreed to
severity: medium
status: stable
attack: [T1098, T1496.004]
practice: least-privilege
description: >
  Somebody opened more models to this account. Stolen keys are used to do so, because the expensive models are worth
  most; it happens once for each model, so it is worth a look.
false_positives:
  - People who start to use another model.
respond:
  - Ask the caller, and in which region (intruders take one that nobody uses).
  - Look for invocations of the model by the same principal (InvokeModel, Converse).
  - Deny it by an organization policy where Bedrock isn't used; rotate the caller's credentials if nobody knows
    about it.
references:
  - CreateFoundationModelAgreement, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateFoundationModelAgreement.html
  - PutUseCaseForModelAccess, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_PutUseCaseForModelAccess.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name IN ('PutFoundationModelEntitlement', 'PutUseCaseForModelAccess', 'CreateFoundationModelAgreement')
  AND error_code IS NULL
  AND error_message IS NULL
