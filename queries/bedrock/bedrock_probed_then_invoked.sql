/*---
id: bedrock_probed_then_invoked
title: Access key asked what Bedrock offers and then invoked a model
severity: medium
status: stable
attack: [T1526, T1078.004, T1496.004]
practice: rotate-credentials
description: >
  A long-term access key looks which models there are, and a few minutes later tries one: how stolen keys are tested
  before access to the models is sold. The bill for a day can be five figures.
false_positives:
  - A developer at a desk, and gateways that list models before they use them, with an access key instead of a role.
respond:
  - Ask the owner of the key; see from which addresses it is used (hunt key_activity).
  - >
    If nobody knows: deactivate it (`aws iam update-access-key --status Inactive`), in doubt at once.
  - Look at all regions for invocations (Cost Explorer by region), and use roles instead of keys.
references:
  - ListFoundationModels, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html
  - runtime_InvokeModel, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
entity: [access_key_id]
window: 1h
lookback: 1h
---*/
-- One finding a key and clock hour.
WITH call AS (
  SELECT
    event_time,
    event_id,
    access_key_id,
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region,
    source_ip,
    event_name IN ('InvokeModel', 'InvokeModelWithResponseStream', 'Converse', 'ConverseStream') AS invokes
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'bedrock.amazonaws.com'
    AND event_name IN (
      'InvokeModel', 'InvokeModelWithResponseStream', 'Converse', 'ConverseStream', 'ListFoundationModels',
      'GetFoundationModelAvailability', 'ListInferenceProfiles', 'GetUseCaseForModelAccess',
      'GetModelInvocationLoggingConfiguration', 'ListFoundationModelAgreementOffers'
    )
    AND access_key_id LIKE 'AKIA%'
),
near AS (
  SELECT
    *,
    count(*) OVER quarter - count(*) FILTER (WHERE invokes) OVER quarter AS questions
  FROM call
  WINDOW quarter AS (
    PARTITION BY access_key_id ORDER BY event_time RANGE BETWEEN INTERVAL '15 minutes' PRECEDING AND CURRENT ROW
  )
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'Access key ' || access_key_id || ' asked what Bedrock offers and then invoked a model' AS message,
  access_key_id,
  min(principal) AS principal,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(aws_region) = max(aws_region) THEN min(aws_region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE invokes AND questions > 0
GROUP BY access_key_id, date_bin($window, event_time)
