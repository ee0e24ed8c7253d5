/*---
id: identity_center_mfa_failed_burst
title: Second factor failed again and again in one Identity Center sign-in
severity: medium
status: stable
attack: [T1110.001, T1621]
practice: mfa
description: >
  Identity Center asks for the second factor after the password was right. Four failures in one sign-in are more than
  a typing error: somebody has the password and is guessing codes.
false_positives:
  - A device whose clock is off, or a new phone that isn't registered yet.
respond:
  - >
    Find the person: CredentialChallenge and UserAuthentication of the same AuthWorkflowID, or the address
    (`trailhound query -f address_activity --param ip=<address>`).
  - Ask the person whether it was them.
  - >
    If not: reset the password, delete the person's sessions, check the registered MFA devices.
references:
  - IAM Identity Center sign-in events, https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html
entity: [workflow, account_id]
window: 1h
lookback: 1h
---*/
WITH failure AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip,
    additional_event_data ->> 'AuthWorkflowID' AS workflow
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'signin.amazonaws.com'
    AND event_name = 'CredentialVerification'
    AND lower(service_event_details ->> 'CredentialVerification') = 'failure'
    -- First factors are left out by name, so that a kind of second factor unknown here still counts.
    AND upper(coalesce(additional_event_data ->> 'CredentialType', 'PASSWORD'))
      NOT IN ('PASSWORD', 'EXTERNAL_IDP', 'SMARTCARD')
),
counted AS (
  SELECT
    *,
    count(*) OVER (
      PARTITION BY account_id, workflow ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS failures
  FROM failure
  WHERE workflow IS NOT NULL
)
SELECT
  min(event_time) FILTER (WHERE failures >= 4) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(failures) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'the second factor failed ' || CAST(max(failures) AS VARCHAR)
    || ' times in one sign-in to Identity Center' AS message,
  workflow,
  account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM counted
GROUP BY account_id, workflow, date_bin($window, event_time)
HAVING max(failures) >= 4
