/*---
id: iam_changes_denied_burst
title: Several ways to more rights tried and refused
severity: medium
status: stable
attack: [T1098, T1548, T1078.004]
practice: least-privilege
description: >
  Within an hour a principal tried three or more different calls that give rights (attach a policy, make a key,
  change trust) and was refused. Tools that look for a way up go through them one by one; people ask after the
  first.
false_positives:
  - A pipeline with too few rights that sets up several things.
  - A new administrator who isn't one yet.
respond:
  - Which calls, for whom (hunt `denied_by_principal`)? Did one of them succeed in between?
  - Compare the address and client with what this principal usually has.
  - Deactivate the key or revoke the sessions if nobody explains it.
references:
  - Access denied messages, https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
entity: [account_id, principal]
window: 1h
lookback: 1h
---*/
-- Counted over the hour before each refusal, so a burst across the full hour is seen; the lookback covers that.
WITH refused AS (
  -- What is refused over and over is one row in five minutes.
  SELECT
    coalesce(recipient_account_id, user_account_id) AS account,
    principal,
    event_source || ' ' || event_name AS call,
    min(event_time) AS event_time,
    min(event_id) AS event_id,
    count(*) AS refusals,
    min(source_ip) AS ip_first,
    max(source_ip) AS ip_last
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN (
      'AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy',
      'PutGroupPolicy', 'CreatePolicyVersion', 'SetDefaultPolicyVersion', 'UpdateAssumeRolePolicy', 'CreateUser',
      'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'AddUserToGroup', 'CreateRole',
      'DeleteUserPermissionsBoundary', 'DeleteRolePermissionsBoundary'
    )
    AND (
      lower(error_code) LIKE '%accessdenied%'
      OR lower(error_code) LIKE '%unauthorized%'
      OR lower(error_code) LIKE '%forbidden%'
      OR lower(error_message) LIKE '%not authorized to perform%'
    )
    -- By a caller, not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
    AND principal IS NOT NULL
  GROUP BY
    date_bin(INTERVAL '5 minutes', event_time), coalesce(recipient_account_id, user_account_id), principal,
    event_source || ' ' || event_name
),
counted AS (
  SELECT
    *,
    array_length(array_distinct(array_agg(call) OVER (
      PARTITION BY account, principal
      ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ))) AS calls
  FROM refused
)
SELECT
  min(event_time) FILTER (WHERE calls >= 3) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  CAST(sum(refusals) AS BIGINT) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  CAST(max(calls) AS VARCHAR) || ' different calls that give rights were refused to ' || principal || ' within an hour'
    AS message,
  account AS account_id,
  principal,
  CASE WHEN min(ip_first) = max(ip_last) THEN min(ip_first) END AS source_ip,
  max(calls) AS different_calls
FROM counted
GROUP BY account, principal, date_bin($window, event_time)
HAVING max(calls) >= 3
