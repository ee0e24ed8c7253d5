/*---
id: instance_role_looked_around
title: An instance role asked for six kinds of resources within minutes
severity: medium
status: stable
attack: [T1526, T1580, T1552.005]
practice: least-privilege
description: >
  A server calls the few services that it was made for. One whose role lists users, buckets, secrets and
  databases within minutes has an intruder on it, or its credentials are being used elsewhere.
false_positives:
  - >
    Monitoring, inventory or build servers that run on instances with broad roles; put their roles into
    inventory_principals.
respond:
  - >
    Compare the source address with the instance's own: hunt instance_credentials_elsewhere.
  - Isolate the instance (security group without rules), take a snapshot of its disk.
  - Revoke the role's sessions, require IMDSv2, narrow the role.
references:
  - IAM roles for Amazon EC2, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
params:
  inventory_principals:
    type: text[]
    default: []
    description: principals (role or user ARNs) of inventory and posture tools
entity: [actor]
window: 10m
lookback: 30m
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
-- First which pairs of buckets may hold enough, then the details of those alone; a join of the few before the many
-- lets the scan leave out the rest.
WITH asked AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    event_name AS what,
    date_bin($window, event_time) AS own_bucket,
    event_time,
    event_id,
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_name IN (
      'ListUsers', 'ListRoles', 'GetAccountAuthorizationDetails', 'ListAttachedRolePolicies', 'GetAccountSummary',
      'ListBuckets', 'DescribeInstances', 'DescribeSecurityGroups', 'DescribeSnapshots', 'DescribeDBInstances',
      'ListFunctions20150331', 'ListSecrets', 'DescribeParameters', 'ListKeys', 'ListAccounts', 'ListTables',
      'GetCallerIdentity'
    )
    AND user_arn LIKE '%:assumed-role/%/i-%'
    AND user_invoked_by IS NULL
),
busy AS (
  SELECT actor, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket
  FROM (SELECT DISTINCT actor, own_bucket, what FROM asked)
  GROUP BY actor, own_bucket
  HAVING count(*) >= 3
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
    array_sort(array_agg(first_time))[6] AS time,
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
  HAVING count(*) >= 6
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  string_to_array(regexp_replace(array_to_string(firsts, ','), '(^|,)[^ ]+ ', '\1', 'g'), ',') AS event_ids,
  coalesce(principal, actor) || ' asked for ' || CAST(kinds AS VARCHAR)
    || ' kinds of resources from ' || split_part(actor, '/', 3) AS message,
  actor,
  principal,
  account_id,
  source_ip,
  kinds AS actions,
  named AS some_actions
FROM burst
WHERE time >= bucket
  AND NOT coalesce(principal IN ($inventory_principals), false)
