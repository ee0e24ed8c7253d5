/*---
id: root_signed_in_and_made_key
title: Root signed in and made itself an access key
severity: critical
status: stable
attack: [T1078.004, T1098.001]
practice: avoid-root
description: >
  Root signed in to the console and within four hours created or switched on an access key of its own. Such a
  key has all rights, cannot be limited and needs no MFA; nobody has a good reason for one.
false_positives:
  - >
    None that should stay. Not counted: a sign-in without a key, and a key that is switched off.
respond:
  - >
    Delete the key: sign in as root, Security credentials, or use central root access.
  - >
    See where it was used: hunt key_activity with the key of the last step.
  - Change the root password and check its MFA devices and mailbox.
references:
  - Root user best practices, https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
rules: [root_console_login, root_access_key_created]
entity: [account_id]
window: 1d
lookback: 4h
---*/
WITH entered AS (
  SELECT * FROM findings WHERE rule_id = 'root_console_login'
),
made AS (
  SELECT * FROM findings WHERE rule_id = 'root_access_key_created'
)
SELECT
  min(made.time) AS time,
  date_bin($window, made.time) AS window_start,
  made.account_id,
  min(made.principal) AS principal,
  CASE WHEN min(made.source_ip) = max(made.source_ip) THEN min(made.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT entered.finding_id), array_agg(DISTINCT made.finding_id)) AS steps,
  'root of account ' || made.account_id || ' signed in and made itself an access key' AS message
FROM entered
JOIN made ON made.account_id = entered.account_id
  AND made.time >= entered.time
  AND made.time <= entered.time + INTERVAL '4 hours'
GROUP BY made.account_id, date_bin($window, made.time)
