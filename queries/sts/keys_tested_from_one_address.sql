/*---
id: keys_tested_from_one_address
title: Five long-term keys asked who they are from one address
severity: medium
status: stable
attack: [T1078.004, T1087.004, T1552.001]
practice: rotate-credentials
description: >
  GetCallerIdentity works with any valid key and without any right: it is how found keys are tested. Five
  different long-term keys from one public address within minutes are a collection of keys, such as a scanner of
  code finds.
false_positives:
  - An office or a build farm behind one address where many people or jobs work with long-term keys.
respond:
  - >
    Look at all the address did: hunt address_activity.
  - Ask the owners of the keys where they are stored; search repositories, images and tickets for them.
  - >
    If unexplained: deactivate all of the keys, the ones without further calls as well.
references:
  - GetCallerIdentity, https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
entity: [address]
window: 10m
lookback: 30m
untested:
  "count(*) >= 3": leaves out early what cannot be enough
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
-- First which pairs of buckets may hold enough, then the details of those alone; a join of the few before the many
-- lets the scan leave out the rest.
WITH tested AS (
  SELECT
    source_ip AS address,
    access_key_id AS what,
    date_bin($window, event_time) AS own_bucket,
    event_time,
    event_id,
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'sts.amazonaws.com'
    AND event_name = 'GetCallerIdentity'
    AND access_key_id LIKE 'AKIA%'
    AND user_invoked_by IS NULL
),
busy AS (
  SELECT address, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket
  FROM (SELECT DISTINCT address, own_bucket, what FROM tested)
  GROUP BY address, own_bucket
  HAVING count(*) >= 3 AND ip_is_private(address) = false
),
pair AS (
  SELECT DISTINCT address, bucket, unnest(make_array(bucket - CAST($window AS INTERVAL), bucket)) AS own_bucket
  FROM busy
),
merged AS (
  SELECT
    address,
    bucket,
    what,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    min(event_id) AS event_id,
    min(principal) AS principal,
    min(account_id) AS account_id,
    min(source_ip) AS address_first,
    max(source_ip) AS address_last
  FROM pair
  JOIN tested USING (address, own_bucket)
  GROUP BY address, bucket, what
),
burst AS (
  SELECT
    address,
    bucket,
    array_sort(array_agg(first_time))[5] AS time,
    max(last_time) AS last_time,
    count(*) AS kinds,
    CAST(sum(calls) AS BIGINT) AS calls,
    -- Sorted here as text: ORDER BY within array_agg sorts all rows, which takes much memory.
    array_slice(array_sort(array_agg(CAST(first_time AS VARCHAR) || ' ' || event_id)), 1, 100) AS firsts,
    array_to_string(array_slice(array_sort(array_agg(what)), 1, 20), ', ') AS named,
    min(principal) AS principal,
    min(account_id) AS account_id,
    CASE WHEN min(address_first) = max(address_last) THEN min(address_first) END AS source_ip
  FROM merged
  GROUP BY address, bucket
  HAVING count(*) >= 5
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  string_to_array(regexp_replace(array_to_string(firsts, ','), '(^|,)[^ ]+ ', '\1', 'g'), ',') AS event_ids,
  CAST(kinds AS VARCHAR) || ' long-term keys asked who they are from ' || address AS message,
  address,
  principal,
  account_id,
  source_ip,
  kinds AS keys,
  named AS some_keys
FROM burst
WHERE time >= bucket
