/*---
id: sensitive_calls_new_burst
title: A principal made several sensitive calls for the first time in 30 days
severity: medium
status: stable
attack: [T1098, T1555.006, T1537, T1562.008]
practice: monitoring
description: >
  Three or more different calls that give rights, read secrets, copy or share data, or blind monitoring, on one day,
  by a principal that had made none of them in 30 days: what an intruder does who has found a credential with rights.
  Denied calls count. Whose calls are judged, and from how many days of activity on, is said by the rule of one such call;
  this is a story over its findings.
false_positives:
  - A migration, or the first deployment of a stack with roles and policies.
  - An administrator who seldom works with this user or role.
respond:
  - >
    Read the calls (new_calls) in their order, with addresses and clients: hunt principal_timeline.
  - >
    Ask the owner at once. Nobody knows of it: deactivate the key or revoke the role's sessions (hunt key_activity
    shows what it did).
  - >
    Undo what was given or shared: new keys, policies, trust, snapshots; switch monitoring on again.
references:
  - >
    Actions and what they give access to,
    https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
params:
  least_calls:
    type: int
    default: 3
    description: different new calls on one day
rules: [sensitive_call_new_for_principal]
untested:
  "rule_id = 'sensitive_call_new_for_principal'": there are no findings of other rules for this story
entity: [principal]
window: 1d
lookback: 1d
---*/
-- The rule has one finding a principal and day, with the calls that are new.
SELECT
  min(time) AS time,
  date_bin($window, time) AS window_start,
  principal,
  min(account_id) AS account_id,
  array_agg(finding_id) AS steps,
  principal || ' made ' || CAST(max(json_length(details, 'new_calls')) AS VARCHAR)
    || ' sensitive calls for the first time in 30 days: ' || min(details ->> 'new_calls') AS message
FROM findings
WHERE rule_id = 'sensitive_call_new_for_principal'
  AND json_length(details, 'new_calls') >= $least_calls
GROUP BY principal, date_bin($window, time)
