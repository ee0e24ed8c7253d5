/*---
id: rights_removed_burst
title: Rights taken away from many within an hour
severity: medium
status: stable
attack: [T1531, T1098]
practice: least-privilege
description: >
  Within an hour one principal detached or deleted policies, or took users out of groups, ten times. An intruder shuts the
  owners out this way before the real damage begins.
false_positives:
  - Clean-up of old users and roles. Terraform and the like, which take down stacks, are left out.
respond:
  - Whose rights went (hunt `policy_changes`)? Are the administrators among them?
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - >
    Keep a way in: root with MFA, or a break-glass role; then put the rights back.
references:
  - DetachUserPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html
  - RemoveUserFromGroup, https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html
entity: [account_id, principal]
window: 1h
lookback: 1h
---*/
-- Counted over the hour before each call, so a burst across the full hour is seen; the lookback covers that.
WITH removed AS (
  SELECT
    coalesce(recipient_account_id, user_account_id) AS account,
    principal,
    event_time,
    event_id,
    source_ip,
    count(*) OVER (
      PARTITION BY coalesce(recipient_account_id, user_account_id), principal
      ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS calls
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN (
      'DetachUserPolicy', 'DetachRolePolicy', 'DetachGroupPolicy', 'DeleteUserPolicy', 'DeleteRolePolicy',
      'DeleteGroupPolicy', 'RemoveUserFromGroup'
    )
    AND error_code IS NULL
    AND error_message IS NULL
    -- By a caller, not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
    AND NOT coalesce(regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane'), false)
    AND principal IS NOT NULL
)
SELECT
  min(event_time) FILTER (WHERE calls >= 10) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(calls) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' took rights away ' || CAST(max(calls) AS VARCHAR) || ' times within an hour' AS message,
  account AS account_id,
  principal,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM removed
GROUP BY account, principal, date_bin($window, event_time)
HAVING max(calls) >= 10
