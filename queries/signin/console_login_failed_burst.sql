/*---
id: console_login_failed_burst
title: Five or more console logins failed within an hour
severity: medium
status: stable
attack: [T1110.001, T1110.003]
practice: monitoring
description: >
  Five failures for one user, whatever the addresses, are somebody guessing a password; five from one address
  for several users are somebody trying one password on many. Any hour counts, not only full ones.
false_positives:
  - A person who forgot a password and goes on trying.
  - An office behind one address whose people sign in badly on a Monday morning.
respond:
  - Look for a success of the same user or address during or after the burst.
  - Compare the addresses with where this user usually signs in from.
  - >
    If it wasn't the user: change the password, require MFA, and look at what else the addresses did.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
entity: [subject_kind, subject, subject_account]
window: 1h
lookback: 1h
untested:
  "NOT in source_ip IS NOT NULL": a number among the details
  "NOT in target IS NOT NULL": a number among the details
---*/
-- One finding a subject and clock hour. The failures are counted over the hour before each of them, so a burst
-- across the full hour is seen; the lookback covers exactly that.
WITH failure AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip,
    -- A name that doesn't exist is hidden by CloudTrail: two of them may be two names.
    CASE
      WHEN user_type = 'Root' THEN 'root'
      WHEN user_name = 'HIDDEN_DUE_TO_SECURITY_REASONS' THEN NULL
      ELSE user_name
    END AS target
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_name = 'ConsoleLogin'
    AND event_source = 'signin.amazonaws.com'
    AND lower(response_elements ->> 'ConsoleLogin') = 'failure'
),
attempt AS (
  SELECT 'user' AS subject_kind, target AS subject, account_id AS subject_account, failure.*
  FROM failure
  WHERE target IS NOT NULL
  UNION ALL
  SELECT 'address' AS subject_kind, source_ip AS subject, CAST(NULL AS VARCHAR) AS subject_account, failure.*
  FROM failure
  WHERE source_ip IS NOT NULL
),
counted AS (
  SELECT
    *,
    count(*) OVER last_hour AS failures,
    count(target) OVER last_hour AS failures_named,
    min(target) OVER last_hour AS target_first,
    max(target) OVER last_hour AS target_last
  FROM attempt
  WINDOW last_hour AS (
    PARTITION BY subject_kind, subject, subject_account
    ORDER BY event_time
    RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
  )
),
judged AS (
  SELECT
    *,
    -- One address failing for one user is already the user's finding.
    failures >= 5
      AND (subject_kind = 'user' OR (target_first IS DISTINCT FROM target_last) OR failures_named < failures) AS burst
  FROM counted
)
SELECT
  min(event_time) FILTER (WHERE burst) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(failures) FILTER (WHERE burst) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  CAST(max(failures) FILTER (WHERE burst) AS VARCHAR) || ' console logins failed within an hour for ' || subject_kind
    || ' ' || subject AS message,
  subject_kind,
  subject,
  subject_account,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip,
  -- Not count(DISTINCT …): it sets up a table for each group, and most groups hold a handful.
  coalesce(array_length(array_distinct(array_agg(source_ip) FILTER (WHERE source_ip IS NOT NULL))), 0) AS addresses,
  coalesce(array_length(array_distinct(array_agg(target) FILTER (WHERE target IS NOT NULL))), 0) AS users
FROM judged
GROUP BY subject_kind, subject, subject_account, date_bin($window, event_time)
HAVING count(*) FILTER (WHERE burst) > 0
