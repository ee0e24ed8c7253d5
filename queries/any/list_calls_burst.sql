/*---
id: list_calls_burst
title: Thirty different List actions by one session within minutes
severity: low
status: stable
attack: [T1526, T1580]
practice: monitoring
description: >
  Somebody asks every service what it holds: that is how a tool or a person takes stock of an account they don't
  know. Counted are different List actions outside the console (objects and tags aside), allowed or denied, in
  two ten-minute buckets in a row.
false_positives:
  - Inventory, cost and security posture tools; put their names into inventory_principals.
  - A large Terraform or Pulumi plan.
respond:
  - >
    Look at who this is and from where: hunt principal_timeline, and address_activity for the address.
  - >
    Look for denied calls in the same minutes (rule denied_actions_burst): an inventory tool has the rights it
    needs.
  - >
    If nobody can explain it: deactivate the key (`aws iam update-access-key --status Inactive`) or revoke the
    role's sessions.
references:
  - CloudTrail userIdentity element, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
params:
  inventory_principals:
    type: text[]
    default: []
    description: principals (role or user ARNs) of inventory and posture tools
entity: [actor]
window: 10m
lookback: 30m
untested:
  "count(*) >= 15": leaves out early what cannot be enough
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
-- First which pairs of buckets may hold enough, then the details of those alone; a join of the few before the many
-- lets the scan leave out the rest.
WITH listed AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    event_source || ':' || event_name AS what,
    date_bin($window, event_time) AS own_bucket,
    event_time,
    event_id,
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_name LIKE 'List%'
    AND NOT coalesce(event_name LIKE 'ListObject%' OR event_name LIKE 'ListTag%', false)
    AND (session_credential_from_console IS DISTINCT FROM true)
    AND user_invoked_by IS NULL
),
busy AS (
  SELECT actor, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket
  FROM (SELECT DISTINCT actor, own_bucket, what FROM listed)
  GROUP BY actor, own_bucket
  HAVING count(*) >= 15 AND coalesce(actor, '') NOT LIKE '%:assumed-role/AWSServiceRoleFor%'
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
  JOIN listed USING (actor, own_bucket)
  GROUP BY actor, bucket, what
),
burst AS (
  SELECT
    actor,
    bucket,
    array_sort(array_agg(first_time))[30] AS time,
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
  HAVING count(*) >= 30
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  string_to_array(regexp_replace(array_to_string(firsts, ','), '(^|,)[^ ]+ ', '\1', 'g'), ',') AS event_ids,
  coalesce(principal, actor) || ' called ' || CAST(kinds AS VARCHAR)
    || ' different List actions within minutes' AS message,
  actor,
  principal,
  account_id,
  source_ip,
  kinds AS actions,
  named AS some_actions
FROM burst
WHERE time >= bucket
  AND NOT coalesce(principal IN ($inventory_principals), false)
