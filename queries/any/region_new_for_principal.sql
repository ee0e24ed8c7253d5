/*---
id: region_new_for_principal
title: A principal was active in a region for the first time in 30 days
severity: low
status: stable
attack: [T1535, T1078.004]
practice: monitoring
description: >
  People and workloads stay in their few regions; who holds a stolen credential tries them all, and hides machines where
  nobody looks. Only users, roles and root with at least known_days days of activity in the 30 before are judged.
  Left out are AWS services, service-linked roles, and us-east-1, where global services (IAM, STS, CloudFront) write all
  their events.
false_positives:
  - A new region that the organisation moves into; then many principals come at once.
  - The console, in which somebody chose another region.
respond:
  - >
    See what was done there: hunt principal_timeline, and hunt regions_first_use for others who came.
  - Ask the owner whether the region is wanted. Look for instances and stacks in it.
  - >
    Unexplained: hunt key_activity for the credential, then deactivate it. Close unused regions with an SCP on
    aws:RequestedRegion.
references:
  - Regions of an account, https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
params:
  known_days:
    type: int
    default: 7
    description: days of the 30 before with any activity that a principal must have to be judged
entity: [principal]
window: 1d
lookback: 31d
---*/
WITH used AS (
  SELECT
    principal,
    "value" AS used_region,
    "day",
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum("count") AS calls,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    first_value(first_event_id ORDER BY first_time, first_event_id) AS event_id,
    lag("day") OVER (PARTITION BY principal, "value" ORDER BY "day") AS last_day
  FROM baseline
  WHERE attribute = 'region'
    AND principal LIKE 'arn:%:iam::%'
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
  GROUP BY principal, "value", "day"
),
active AS (
  SELECT
    principal,
    "day",
    count(*) OVER (
      PARTITION BY principal ORDER BY "day" RANGE BETWEEN INTERVAL '30 days' PRECEDING AND INTERVAL '1 day' PRECEDING
    ) AS days_before
  FROM (SELECT DISTINCT principal, "day" FROM baseline WHERE attribute = 'region')
)
SELECT
  min(first_time) AS time,
  max(last_time) AS last_time,
  date_bin($window, min(first_time)) AS window_start,
  CAST(sum(calls) AS BIGINT) AS count,
  array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
  used.principal || ' was active in ' || array_to_string(array_sort(array_agg(used_region)), ', ')
    || ' for the first time in 30 days' AS message,
  used.principal,
  first_value(account_id ORDER BY first_time, account_id) AS account_id,
  CASE WHEN count(*) = 1 THEN min(used_region) END AS region,
  array_sort(array_agg(used_region)) AS new_regions,
  min(days_before) AS days_active_before
FROM used
JOIN active USING (principal, "day")
WHERE (last_day IS NULL OR last_day < used."day" - INTERVAL '30 days')
  AND days_before >= $known_days
  AND coalesce(used_region, '') <> 'us-east-1'
GROUP BY used.principal, used."day"
