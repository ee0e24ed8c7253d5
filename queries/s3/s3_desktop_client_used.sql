/*---
id: s3_desktop_client_used
title: Buckets opened with a program for moving files
severity: low
status: stable
attack: [T1530, T1567.002]
practice: monitoring
description: >
  S3 Browser, Cyberduck, rclone and their like copy whole buckets with a few clicks. People with good reasons use
  them, and so do those who empty buckets with a stolen key.
false_positives:
  - Staff who move files that way; suppress their roles.
respond:
  - See how much was read or deleted, hunt data_reads_by_bucket; without data events the trail doesn't tell.
  - Ask the owner of the credential whether they use the program, from this address.
  - >
    Unexplained: deactivate the key or revoke the role's sessions.
references:
  - Logging data events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
entity: [principal, source_address, account_id]
window: 1d
lookback: 1d
---*/
-- One finding a day for each of these, or a script would make thousands.
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' opened buckets from ' || coalesce(source_ip_address, 'nowhere') || ' with ' || min(user_agent) AS message,
  principal,
  source_ip_address AS source_address,
  coalesce(recipient_account_id, user_account_id) AS account_id,
  min(source_ip) AS source_ip,
  min(user_agent) AS a_user_agent
FROM cloudtrail
WHERE event_time >= $lookback_start AND event_time < $window_end
  AND event_source = 's3.amazonaws.com'
  AND regexp_like(lower(user_agent), 's3 ?browser|cyberduck|winscp|cloudberry|msp360|rclone/|filezilla|mountain duck')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') = ''
GROUP BY principal, source_ip_address, coalesce(recipient_account_id, user_account_id), date_bin($window, event_time)
