/*---
id: sns_sms_probed
title: Access key asks whether the account can send text messages
severity: medium
status: stable
attack: [T1526, T1496.004]
practice: monitoring
description: >
  Limits, sandbox state and sender numbers, asked for within an hour by one long-term access key: tools that send
  fraud messages through stolen keys begin like this. The key counts, so attempts that are denied are told too.
false_positives:
  - Inventory and posture tools that run with an access key instead of a role.
respond:
  - Ask the owner of the key; see from which addresses it is used (hunt key_activity).
  - >
    If nobody knows: deactivate it (`aws iam update-access-key --status Inactive`).
  - Look for Publish, SetSMSAttributes and calls to SES by the same key.
references:
  - GetSMSAttributes, https://docs.aws.amazon.com/sns/latest/api/API_GetSMSAttributes.html
  - GetSMSSandboxAccountStatus, https://docs.aws.amazon.com/sns/latest/api/API_GetSMSSandboxAccountStatus.html
params:
  calls:
    type: int
    default: 3
    description: different questions within an hour, counted by region
entity: [actor]
window: 1h
lookback: 25h
---*/
-- One finding a principal and clock hour. Kinds of call, by region, are counted over the hour before each call; what the principal
-- had used in the 24 hours before that doesn't count, which keeps programs out that ask for the same again and again.
WITH call AS (
  SELECT
    event_time,
    event_id,
    event_name,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region,
    source_ip,
    principal AS actor,
    event_name || ' ' || aws_region AS target
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'sns.amazonaws.com'
    AND event_name IN (
      'GetSMSAttributes', 'GetSMSSandboxAccountStatus', 'ListOriginationNumbers', 'ListSMSSandboxPhoneNumbers',
      'ListPhoneNumbersOptedOut'
    )
    AND access_key_id LIKE 'AKIA%'
    AND coalesce(user_invoked_by, '') = ''
    AND principal IS NOT NULL
),
remembered AS (
  SELECT *, lag(event_time) OVER (PARTITION BY actor, target ORDER BY event_time, event_id) AS previous FROM call
),
counted AS (
  SELECT
    *,
    count(*) OVER last_hour AS targets
  FROM remembered
  WHERE previous IS NULL OR previous < event_time - INTERVAL '24 hours'
  WINDOW last_hour AS (PARTITION BY actor ORDER BY event_time RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW)
),
judged AS (
  SELECT *, targets >= $calls AS many FROM counted
)
SELECT
  min(event_time) FILTER (WHERE many) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(targets) FILTER (WHERE many) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  CAST(max(targets) FILTER (WHERE many) AS VARCHAR) || ' kinds of question about sending text messages within an hour by ' || actor AS message,
  actor,
  actor AS principal,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(aws_region) = max(aws_region) THEN min(aws_region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM judged
GROUP BY actor, date_bin($window, event_time)
HAVING count(*) FILTER (WHERE many) > 0
