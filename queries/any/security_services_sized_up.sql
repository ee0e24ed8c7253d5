/*---
id: security_services_sized_up
title: One session asked which security services are on
severity: low
status: stable
attack: [T1526, T1518.001]
practice: monitoring
description: >
  Is there a trail, a detector, a recorder, a hub? Somebody who asks that of four services within minutes wants
  to know who watches. What comes next is often a rule such as cloudtrail_stopped.
false_positives:
  - Posture and compliance tools; put their names into inventory_principals.
  - Terraform of a security baseline.
respond:
  - See who asks and with which client (hunt principal_timeline).
  - Look for changes to trails, detectors and recorders by the same principal in the next hours.
  - >
    If unexplained: deactivate the credential.
references:
  - DescribeTrails, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
params:
  inventory_principals:
    type: text[]
    default: []
    description: principals (role or user ARNs) of inventory and posture tools
entity: [actor]
window: 10m
lookback: 30m
untested:
  "count(*) >= 2": leaves out early what cannot be enough
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
-- First which pairs of buckets may hold enough, then the details of those alone; a join of the few before the many
-- lets the scan leave out the rest.
WITH asked AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    event_source AS what,
    date_bin($window, event_time) AS own_bucket,
    event_time,
    event_id,
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_name IN (
      'ListDetectors', 'GetDetector', 'DescribeTrails', 'ListTrails', 'GetTrailStatus', 'GetEventSelectors',
      'DescribeConfigurationRecorders', 'DescribeConfigurationRecorderStatus', 'DescribeHub', 'GetEnabledStandards',
      'GetMacieSession', 'ListAnalyzers', 'BatchGetAccountStatus', 'ListGraphs', 'ListFirewalls',
      'DescribeSubscriptionFilters'
    )
    AND (session_credential_from_console IS DISTINCT FROM true)
    AND user_invoked_by IS NULL
),
busy AS (
  SELECT actor, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket
  FROM (SELECT DISTINCT actor, own_bucket, what FROM asked)
  GROUP BY actor, own_bucket
  HAVING count(*) >= 2 AND coalesce(actor, '') NOT LIKE '%:assumed-role/AWSServiceRoleFor%'
),
pair AS (
  SELECT DISTINCT actor, bucket, unnest(make_array(bucket - CAST($window AS INTERVAL), bucket)) AS own_bucket
  FROM busy
),
merged AS (
  SELECT
    actor,
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
  JOIN asked USING (actor, own_bucket)
  GROUP BY actor, bucket, what
),
burst AS (
  SELECT
    actor,
    bucket,
    array_sort(array_agg(first_time))[4] AS time,
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
  GROUP BY actor, bucket
  HAVING count(*) >= 4
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  string_to_array(regexp_replace(array_to_string(firsts, ','), '(^|,)[^ ]+ ', '\1', 'g'), ',') AS event_ids,
  coalesce(principal, actor) || ' asked ' || CAST(kinds AS VARCHAR)
    || ' security services whether they are on' AS message,
  actor,
  principal,
  account_id,
  source_ip,
  kinds AS services,
  named AS some_services
FROM burst
WHERE time >= bucket
  AND NOT coalesce(principal IN ($inventory_principals), false)
