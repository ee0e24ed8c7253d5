/*---
id: sms_sent_burst
title: Twenty text messages sent to phone numbers by one session within minutes
severity: medium
status: stable
attack: [T1496.004, T1566]
practice: monitoring
description: >
  Stolen keys are used to send phishing by SMS at the owner's cost and in the owner's name. Messages to a number
  carry no topic. The trail has to record data events of SNS.
false_positives:
  - An application that sends codes by SMS; put its role into sms_principals.
respond:
  - Is this an application that sends messages? Then add it to sms_principals.
  - Look at delivery and spend (`aws sns get-sms-attributes`, CloudWatch SMSMonthToDateSpentUSD).
  - >
    If unexplained: deactivate the credential, set the spend limit to its lowest.
references:
  - SMS with Amazon SNS, https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html
params:
  sms_principals:
    type: text[]
    default: []
    description: principals of applications that send text messages
entity: [actor]
window: 10m
lookback: 30m
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
WITH kind AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    event_id AS what,
    date_bin($window, event_time) AS own_bucket,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    min(event_id) AS event_id,
    min(principal) AS principal,
    min(coalesce(recipient_account_id, user_account_id)) AS account_id,
    min(source_ip) AS address_first,
    max(source_ip) AS address_last
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'sns.amazonaws.com'
    AND event_name = 'Publish'
    AND request_parameters ->> 'phoneNumber' IS NOT NULL
    AND request_parameters ->> 'topicArn' IS NULL
    AND error_code IS NULL
    AND error_message IS NULL
    AND NOT coalesce(principal IN ($sms_principals), false)
  GROUP BY 1, 2, 3
),
spread AS (
  SELECT *, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket FROM kind
),
merged AS (
  SELECT
    actor,
    bucket,
    what,
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum(calls) AS calls,
    min(event_id) AS event_id,
    min(principal) AS principal,
    min(account_id) AS account_id,
    min(address_first) AS address_first,
    max(address_last) AS address_last
  FROM spread
  GROUP BY actor, bucket, what
),
ranked AS (
  SELECT
    *,
    count(*) OVER (PARTITION BY actor, bucket) AS kinds,
    row_number() OVER (PARTITION BY actor, bucket ORDER BY first_time, what) AS place
  FROM merged
),
burst AS (
  SELECT
    actor,
    bucket,
    max(first_time) FILTER (WHERE place = 20) AS time,
    max(last_time) AS last_time,
    max(kinds) AS kinds,
    CAST(sum(calls) AS BIGINT) AS calls,
    array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
    min(principal) AS principal,
    min(account_id) AS account_id,
    CASE WHEN min(address_first) = max(address_last) THEN min(address_first) END AS source_ip
  FROM ranked
  WHERE kinds >= 20
  GROUP BY actor, bucket
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  event_ids,
  coalesce(principal, actor) || ' sent ' || CAST(kinds AS VARCHAR) || ' text messages within minutes' AS message,
  actor,
  principal,
  account_id,
  source_ip,
  kinds AS messages
FROM burst
WHERE time >= bucket
