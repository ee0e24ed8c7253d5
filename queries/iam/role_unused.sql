/*---
id: role_unused
title: Role no longer used
severity: info
status: stable
attack: [T1078.004]
practice: least-privilege
description: >
  A role that nobody uses keeps its rights and its trust, and nobody notices when somebody else begins to use
  it. The finding is dated unused_days after its last call. Only roles that were used within the logs can be
  seen; service-linked roles are left out.
false_positives:
  - A role for rare work or emergencies.
  - Use that the trail doesn't record, data events above all.
respond:
  - Check with `aws iam get-role` (RoleLastUsed), which also knows unlogged use.
  - Close its trust policy for some weeks, then delete it.
  - >
    Until then: who may assume it (hunt cross_account_roles)?
references:
  - Refining permissions with last accessed information, https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_access-advisor.html
params:
  unused_days:
    type: int
    default: 90
    description: days without use, 1 to 365
entity: [role_arn]
lookback: 400d
clock: true
untested:
  "attribute = 'region'": one of these rows counts every event; the other attributes tell of the same ones
---*/
-- The finding falls on last use + unused_days, an instant that lies in exactly one window however the time is cut.
-- Denied calls are use: somebody held the role.
WITH day_of_use AS (
  SELECT
    principal AS role_arn,
    "day",
    min(first_time) AS first_use,
    max(last_time) AS last_use,
    first_value(first_event_id ORDER BY first_time, first_event_id) AS event_id
  FROM baseline
  WHERE attribute = 'region'
    AND principal LIKE '%:role/%'
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
  GROUP BY principal, "day"
),
pause AS (
  SELECT
    *,
    split_part(role_arn, ':', 5) AS account_id,
    last_use + CAST($unused_days || ' days' AS INTERVAL) AS due,
    lead(first_use) OVER (PARTITION BY role_arn ORDER BY "day") AS next_use
  FROM day_of_use
),
deleted AS (
  SELECT
    request_parameters ->> 'roleName' AS role_name,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name = 'DeleteRole'
    AND error_code IS NULL
    AND error_message IS NULL
)
SELECT
  due AS time,
  due AS last_time,
  last_use AS window_start,
  CAST(1 AS BIGINT) AS count,
  make_array(event_id) AS event_ids,
  role_arn || ' was last used at ' || CAST(last_use AS VARCHAR) AS message,
  role_arn,
  account_id,
  role_arn AS principal,
  last_use
FROM pause
WHERE due >= $window_start AND due < $window_end
  AND (next_use IS NULL OR next_use > due)
  AND NOT EXISTS (
    SELECT 1 FROM deleted
    WHERE deleted.account_id = pause.account_id
      AND deleted.role_name = split_part(pause.role_arn, '/', -1)
      AND deleted.event_time >= pause.last_use AND deleted.event_time <= pause.due
  )
