/*---
id: rights_changed_then_data_shared
title: One session changed policies, then shared snapshots or images
severity: high
status: stable
attack: [T1098.003, T1537]
practice: least-privilege
description: >
  Rights first, then the data: within six hours the same session changed who may do what and opened a snapshot
  or an image to another account. Few people do both in a day's work; deployments by CloudFormation are left
  out.
false_positives:
  - An administrator who sets up a new account and its images in one go, or Terraform that does.
respond:
  - Whose account was it shared with? Look into the records of the share (event_ids).
  - >
    If it is not yours: take the share back (`aws ec2 modify-snapshot-attribute --operation-type remove`) and
    the rights as well.
  - >
    Look at the beginning of the session: where from, with which credential (hunt session_origin).
references:
  - Share an EBS snapshot, https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
entity: [actor]
window: 1d
lookback: 30h
---*/
WITH before AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN (
      'AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy',
      'CreatePolicyVersion', 'SetDefaultPolicyVersion', 'AddUserToGroup', 'UpdateAssumeRolePolicy'
    )
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
),
after AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source IN ('ec2.amazonaws.com', 'rds.amazonaws.com')
    AND event_name IN (
      'ModifySnapshotAttribute', 'ModifyImageAttribute', 'ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute'
    )
    AND coalesce(
      request_parameters -> 'createVolumePermission' ->> 'add', request_parameters -> 'launchPermission' ->> 'add',
      request_parameters ->> 'valuesToAdd'
    ) IS NOT NULL
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
)
SELECT
  min(after.event_time) AS time,
  max(after.event_time) AS last_time,
  date_bin($window, after.event_time) AS window_start,
  CAST(array_length(array_distinct(array_agg(after.event_id))) AS BIGINT) AS count,
  array_slice(
    array_distinct(
      array_concat(
        array_agg(before.event_id ORDER BY before.event_time, before.event_id),
        array_agg(after.event_id ORDER BY after.event_time, after.event_id)
      )
    ), 1, 100
  ) AS event_ids,
  coalesce(min(after.principal), after.actor) || ' changed rights (' || min(before.what)
    || '), then shared data (' || min(after.what) || ')' AS message,
  after.actor,
  min(after.principal) AS principal,
  after.account_id,
  CASE WHEN min(after.source_ip) = max(after.source_ip) THEN min(after.source_ip) END AS source_ip,
  min(before.event_time) AS began,
  array_to_string(array_distinct(array_agg(before.what ORDER BY before.event_time, before.what)), ', ') AS first_steps,
  array_to_string(array_distinct(array_agg(after.what ORDER BY after.event_time, after.what)), ', ') AS second_steps
FROM after
JOIN before ON before.actor = after.actor
  AND before.account_id = after.account_id
  AND before.event_time <= after.event_time
  AND before.event_time >= after.event_time - INTERVAL '6 hours'
GROUP BY after.actor, after.account_id, date_bin($window, after.event_time)
