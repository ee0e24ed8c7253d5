/*---
id: role_opened_then_taken_from_outside
title: Role opened to another account, then taken from there
severity: high
status: stable
attack: [T1098.003, T1199, T1550.001]
practice: least-privilege
description: >
  The trust of a role that existed was changed so that another account or everybody may take it, and within a
  day an identity of another account did. What was a role of yours is now a door that outlasts every password
  change.
false_positives:
  - >
    A vendor that is given a role that existed already. Name the vendors' and your own accounts as
    trusted_accounts in [params]. Not counted: roles that are created for another account, which is how vendors
    are let in.
respond:
  - >
    Put the role's trust back (`aws iam update-assume-role-policy`) and end its sessions (`aws iam
    put-role-policy` with a Deny on aws:TokenIssueTime).
  - >
    Read what the outside sessions did: hunt role_chains, and principal_timeline of the role.
  - Look into who changed the trust (first step).
references:
  - >
    Roles of other accounts,
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules: [role_trust_changed_to_other_account, role_trust_open_to_everyone, role_assumed_by_other_account]
entity: [account_id, role_name]
window: 1d
lookback: 25h
---*/
WITH opened AS (
  SELECT *, account_id || ' ' || lower(request_parameters ->> 'roleName') AS role
  FROM findings
  WHERE rule_id IN ('role_trust_changed_to_other_account', 'role_trust_open_to_everyone')
),
taken AS (
  SELECT *, account_id || ' ' || lower(split_part(request_parameters ->> 'roleArn', '/', -1)) AS role
  FROM findings
  WHERE rule_id = 'role_assumed_by_other_account'
)
SELECT
  min(taken.time) AS time,
  date_bin($window, taken.time) AS window_start,
  taken.account_id,
  split_part(taken.role, ' ', 2) AS role_name,
  min(opened.principal) AS principal,
  CASE WHEN min(taken.source_ip) = max(taken.source_ip) THEN min(taken.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT opened.finding_id), array_agg(DISTINCT taken.finding_id)) AS steps,
  coalesce(min(opened.principal), 'somebody') || ' opened the role ' || split_part(taken.role, ' ', 2)
    || ', and it was taken from another account' AS message
FROM opened
JOIN taken ON taken.role = opened.role
  AND taken.time >= opened.time
  AND taken.time <= opened.time + INTERVAL '24 hours'
GROUP BY taken.account_id, taken.role, date_bin($window, taken.time)
