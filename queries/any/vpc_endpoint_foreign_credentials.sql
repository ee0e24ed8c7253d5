/*---
id: vpc_endpoint_foreign_credentials
title: Credentials of another account used in your network
severity: medium
status: stable
attack: [T1048, T1567.002]
practice: policy-conditions
description: >
  A machine behind your VPC endpoint called AWS with credentials of an account that isn't yours. That is how data
  leaves past every proxy: the intruder brings a key of their own account and writes to their own bucket. Accounts
  whose own events are collected here are taken for yours.
false_positives:
  - >
    Accounts of the organization whose events aren't collected here: name them in trusted_accounts.
  - Agents of vendors that bring credentials of the vendor's account.
respond:
  - Look up user_account_id in your organization; if it is yours, add it to trusted_accounts.
  - >
    If not, find the machine by its private address (source_ip_address), `aws ec2 describe-network-interfaces
    --filters Name=addresses.private-ip-address,Values=IP`, and isolate it.
  - >
    See all that this account did in your network (hunt network_activity); limit the endpoint policy with
    aws:PrincipalOrgID.
references:
  - Logging network activity events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
entity: [foreign_account, endpoint_account]
window: 1d
lookback: 1d
---*/
-- One finding an account and day. Any service and any call: network activity events say only that an endpoint was used.
WITH used AS (
  SELECT
    user_account_id AS foreign_account,
    coalesce(vpc_endpoint_account_id, recipient_account_id) AS endpoint_account,
    event_date,
    event_time,
    event_id,
    source_ip,
    event_source
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND lower(event_type) IN ('awsvpceevent', 'awsvpceevents')
    -- Denied calls are vpc_endpoint_access_denied's.
    AND (error_code IS DISTINCT FROM 'VpceAccessDenied')
    AND (user_type IS DISTINCT FROM 'AWSService')
    AND regexp_like(user_account_id, '^[0-9]{12}$')
    AND NOT coalesce(user_account_id = vpc_endpoint_account_id, false)
    AND NOT coalesce(user_account_id IN ($trusted_accounts), false)
),
own AS (
  SELECT DISTINCT recipient_account_id, event_date
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'credentials of account ' || foreign_account || ' were used at a VPC endpoint of ' || endpoint_account AS message,
  foreign_account,
  endpoint_account,
  endpoint_account AS account_id,
  min(source_ip) AS source_ip,
  array_to_string(array_slice(array_sort(array_distinct(array_agg(event_source))), 1, 10), ', ') AS some_services
FROM used
LEFT JOIN own ON own.recipient_account_id = foreign_account AND own.event_date = used.event_date
WHERE own.recipient_account_id IS NULL
GROUP BY foreign_account, endpoint_account, date_bin($window, event_time)
