/*---
id: account_new_for_principal
title: Somebody from another account was active here for the first time in 30 days
severity: low
status: stable
attack: [T1078.004, T1199]
practice: monitoring
description: >
  A principal of one account makes calls in another, where nobody had seen it in 30 days. Trust between accounts is how
  intruders go on. Of a foreign role the log may say no more than its id (AROA...) or its account; that is the principal
  then. Only accounts with at least known_days days of events in the 30 before are judged. Left out are AWS services
  and service-linked roles.
false_positives:
  - A new member account, a new vendor, a new pipeline that deploys across accounts.
respond:
  - >
    See what it did here, and which role it took: hunt principal_timeline, and hunt cross_account_roles.
  - >
    Find whose account it is. One of your organisation: hunt key_activity for the credential there.
  - >
    Unknown: remove it from the trust policies and resource policies of this account.
references:
  - >
    Access for other accounts,
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_aws-accounts.html
params:
  known_days:
    type: int
    default: 7
    description: days of the 30 before with events that an account must have to be judged
entity: [principal, account_id]
window: 1d
lookback: 31d
untested:
  "attribute = 'region'": counts each event once; other attributes would count it again, and change no verdict
---*/
WITH used AS (
  SELECT
    account_id,
    principal,
    -- Of a role of another account the log mostly says no more than its id, of others only the account.
    CASE
      WHEN principal LIKE 'arn:%:iam::%' THEN split_part(principal, ':', 5)
      WHEN regexp_like(principal, '^(AROA[A-Z0-9]+|[0-9]{12})$') THEN principal
    END AS belongs_to,
    "day",
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum("count") AS calls,
    first_value(first_event_id ORDER BY first_time, first_event_id) AS event_id,
    lag("day") OVER (PARTITION BY account_id, principal ORDER BY "day") AS last_day
  FROM baseline
  WHERE attribute = 'region'
    AND coalesce(principal, '') NOT LIKE '%:role/aws-service-role/%'
  GROUP BY account_id, principal, "day"
),
account_day AS (
  SELECT
    account_id,
    "day",
    count(*) OVER (
      PARTITION BY account_id ORDER BY "day" RANGE BETWEEN INTERVAL '30 days' PRECEDING AND INTERVAL '1 day' PRECEDING
    ) AS days_before
  FROM (SELECT DISTINCT account_id, "day" FROM used)
)
SELECT
  first_time AS time,
  last_time,
  date_bin($window, first_time) AS window_start,
  CAST(calls AS BIGINT) AS count,
  make_array(event_id) AS event_ids,
  principal || ' was active in account ' || used.account_id || ' for the first time in 30 days' AS message,
  used.account_id,
  principal,
  belongs_to,
  days_before AS days_with_events_before
FROM used
JOIN account_day USING (account_id, "day")
WHERE (coalesce(belongs_to, used.account_id) IS DISTINCT FROM used.account_id)
  AND (last_day IS NULL OR last_day < used."day" - INTERVAL '30 days')
  AND days_before >= $known_days
