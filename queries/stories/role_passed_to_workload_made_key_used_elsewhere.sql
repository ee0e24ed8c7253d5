/*---
id: role_passed_to_workload_made_key_used_elsewhere
title: Role handed to a workload, which made a key that was used elsewhere
severity: critical
status: stable
attack: [T1098.001, T1078.004, T1648]
practice: least-privilege
description: >
  Somebody handed a role to a function, instance or job; from there an access key was made for a user; and the
  key looked around from another network within a day. Who may pass a role and start code has the role's rights,
  and here turned them into a key to keep.
false_positives:
  - >
    None known. Not counted: keys that the workload itself uses, and roles whose workload changes rights by
    design an hour or more after it is set up.
respond:
  - >
    Deactivate the key: `aws iam update-access-key --status Inactive`.
  - Delete the function or instance (first step), and look who made it.
  - Limit iam:PassRole to named roles, and take iam:CreateAccessKey from the role.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules: [passed_role_changed_rights, access_key_created_by_role, new_key_looked_around_elsewhere]
entity: [account_id, role_name]
window: 1d
lookback: 26h
---*/
WITH passed AS (
  SELECT *, account_id || ' ' || lower(details ->> 'role_name') AS role
  FROM findings
  WHERE rule_id = 'passed_role_changed_rights'
),
made AS (
  SELECT
    *,
    account_id || ' ' || lower(split_part(principal, '/', -1)) AS role,
    response_elements -> 'accessKey' ->> 'accessKeyId' AS new_key
  FROM findings
  WHERE rule_id = 'access_key_created_by_role'
),
used AS (
  SELECT * FROM findings WHERE rule_id = 'new_key_looked_around_elsewhere'
)
SELECT
  min(used.time) AS time,
  date_bin($window, used.time) AS window_start,
  made.account_id,
  split_part(made.role, ' ', 2) AS role_name,
  min(passed.principal) AS principal,
  CASE WHEN min(used.source_ip) = max(used.source_ip) THEN min(used.source_ip) END AS source_ip,
  min(made.new_key) AS access_key_id,
  array_concat(
    array_agg(DISTINCT passed.finding_id), array_agg(DISTINCT made.finding_id), array_agg(DISTINCT used.finding_id)
  ) AS steps,
  coalesce(min(passed.principal), 'somebody') || ' handed over the role ' || split_part(made.role, ' ', 2)
    || '; from there a key was made, and used elsewhere' AS message
FROM passed
JOIN made ON made.role = passed.role
  AND made.time >= passed.time
  AND made.time <= passed.time + INTERVAL '1 hour'
JOIN used ON used.access_key_id = made.new_key
GROUP BY made.account_id, made.role, date_bin($window, used.time)
