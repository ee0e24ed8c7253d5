/*---
id: console_password_unused
title: Console password no longer used
severity: low
status: stable
attack: [T1078.004]
practice: rotate-credentials
description: >
  A password that nobody signs in with is a way in that nobody watches. The finding is dated unused_days after
  the last sign-in, or after the password was made if nobody ever signed in. Logs can only tell what they hold.
false_positives:
  - A break-glass user, whose password should stay unused.
  - A password deleted in events that aren't in the lake.
respond:
  - Check with `aws iam get-credential-report` (password_last_used).
  - Delete the login profile (`aws iam delete-login-profile`); give the person Identity Center instead.
  - >
    If the person has left: remove keys and user as well.
references:
  - Finding unused credentials, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html
params:
  unused_days:
    type: int
    default: 90
    description: days without sign-in, 1 to 365
entity: [console_user, account_id]
lookback: 400d
clock: true
---*/
-- The finding falls on last use + unused_days, an instant that lies in exactly one window however the time is cut.
WITH touched AS (
  SELECT
    CASE WHEN event_source = 'signin.amazonaws.com' THEN user_name ELSE request_parameters ->> 'userName' END
      AS console_user,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_name IN (
      'ConsoleLogin', 'CreateLoginProfile', 'UpdateLoginProfile', 'DeleteLoginProfile', 'DeleteUser'
    )
    AND (
      -- root has a userName too when the account has an alias
      user_type = 'IAMUser' AND lower(response_elements ->> 'ConsoleLogin') = 'success'
      OR event_source = 'iam.amazonaws.com' AND error_code IS NULL AND error_message IS NULL
    )
),
pause AS (
  SELECT
    *,
    event_time + CAST($unused_days || ' days' AS INTERVAL) AS due,
    lead(event_time) OVER (PARTITION BY console_user, account_id ORDER BY event_time, event_id) AS next_time
  FROM touched
)
SELECT
  due AS time,
  due AS last_time,
  event_time AS window_start,
  CAST(1 AS BIGINT) AS count,
  make_array(event_id) AS event_ids,
  'the console password of ' || console_user || ' was last '
    || CASE WHEN event_name = 'ConsoleLogin' THEN 'used' ELSE 'set' END || ' at ' || CAST(event_time AS VARCHAR)
    AS message,
  console_user,
  account_id,
  event_time AS last_use,
  event_name AS last_event_name,
  source_ip AS last_address
FROM pause
WHERE due >= $window_start AND due < $window_end
  AND console_user IS NOT NULL
  AND event_name IN ('ConsoleLogin', 'CreateLoginProfile', 'UpdateLoginProfile')
  AND (next_time IS NULL OR next_time > due)
