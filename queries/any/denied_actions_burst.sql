/*---
id: denied_actions_burst
title: Fifteen different actions denied to one session within minutes
severity: medium
status: stable
attack: [T1526, T1580, T1087.004]
practice: least-privilege
description: >
  A program that lacks a right fails at the same call again and again. Fifteen different denied actions within
  two ten-minute buckets are somebody trying out what a credential can do. In the console, whose pages make many
  calls on their own, it takes thirty.
false_positives:
  - A posture or inventory tool whose role lacks rights.
  - A first deployment of a pipeline whose role was cut down too far.
  - A developer who tries a new role, or a new colleague with few rights who looks around in the console.
respond:
  - >
    Read the denied actions (some_actions): broad and alphabetical is a tool, one service is a person with a
    plan.
  - >
    See what did succeed: hunt failed_then_succeeded and hunt principal_timeline for the same hours.
  - >
    If nobody can explain it: deactivate the key or revoke the sessions, then find where the credential was
    kept.
references:
  - Troubleshooting access denied, https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
entity: [actor, in_console]
window: 10m
lookback: 30m
untested:
  "count(*) >= 8": leaves out early what cannot be enough
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
-- First which pairs of buckets may hold enough, then the details of those alone; a join of the few before the many
-- lets the scan leave out the rest.
WITH denied AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    coalesce(session_credential_from_console, false) AS in_console,
    event_source || ':' || event_name AS what,
    date_bin($window, event_time) AS own_bucket,
    event_time,
    event_id,
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND (
      error_code LIKE '%AccessDenied%' OR error_code LIKE '%Unauthorized%' OR error_code LIKE '%NotAuthorized%'
      OR error_code LIKE 'AuthorizationError%'
    )
    AND user_invoked_by IS NULL
),
busy AS (
  SELECT actor, in_console, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket
  FROM (SELECT DISTINCT actor, in_console, own_bucket, what FROM denied)
  GROUP BY actor, in_console, own_bucket
  HAVING count(*) >= 8 AND coalesce(actor, '') NOT LIKE '%:assumed-role/AWSServiceRoleFor%'
),
pair AS (
  SELECT DISTINCT actor, in_console, bucket, unnest(make_array(bucket - CAST($window AS INTERVAL), bucket)) AS own_bucket
  FROM busy
),
merged AS (
  SELECT
    actor, in_console,
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
  JOIN denied USING (actor, in_console, own_bucket)
  GROUP BY actor, in_console, bucket, what
),
burst AS (
  SELECT
    actor,
    in_console,
    bucket,
    array_sort(array_agg(first_time))[CASE WHEN in_console THEN 30 ELSE 15 END] AS time,
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
  GROUP BY actor, in_console, bucket
  HAVING count(*) >= CASE WHEN in_console THEN 30 ELSE 15 END
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  string_to_array(regexp_replace(array_to_string(firsts, ','), '(^|,)[^ ]+ ', '\1', 'g'), ',') AS event_ids,
  coalesce(principal, actor) || ' was denied ' || CAST(kinds AS VARCHAR)
    || ' different actions within minutes' AS message,
  actor,
  in_console,
  principal,
  account_id,
  source_ip,
  kinds AS actions,
  named AS some_actions
FROM burst
WHERE time >= bucket
