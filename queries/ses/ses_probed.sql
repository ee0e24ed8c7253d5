/*---
id: ses_probed
title: Access key asks how much mail the account can send
severity: medium
status: stable
attack: [T1526, T1496.004]
practice: monitoring
description: >
  Three or more of the questions about sending mail within an hour, by one long-term access key: limits, identities,
  whether sending is on, or the same in another region. Tools that look for keys to send spam with do this, and
  denied attempts show it as well.
false_positives:
  - Programs that send mail with an access key and check their quota at the start. After the first day they aren't
    told again while they ask daily.
respond:
  - Ask the owner of the key; see from which addresses it is used (hunt key_activity).
  - >
    If nobody knows: deactivate it (`aws iam update-access-key --status Inactive`).
  - Look for new identities, PutAccountDetails and SendEmail by the same key.
references:
  - GetSendQuota, https://docs.aws.amazon.com/ses/latest/APIReference/API_GetSendQuota.html
  - GetAccount, https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
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
    AND event_source = 'ses.amazonaws.com'
    AND event_name IN (
      'GetAccount', 'GetAccountSendingEnabled', 'GetIdentityVerificationAttributes', 'GetSendQuota',
      'ListEmailIdentities', 'ListIdentities', 'GetSendStatistics'
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
  CAST(max(targets) FILTER (WHERE many) AS VARCHAR) || ' kinds of question about sending mail within an hour by ' || actor AS message,
  actor,
  actor AS principal,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(aws_region) = max(aws_region) THEN min(aws_region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM judged
GROUP BY actor, date_bin($window, event_time)
HAVING count(*) FILTER (WHERE many) > 0
