/*---
id: workload_credential_stolen_then_access_created
title: Credential of a workload was used elsewhere, then created access
severity: critical
status: stable
attack: [T1552.005, T1078.004, T1098.001, T1136.003]
practice: least-privilege
description: >
  Credentials of an instance or function were used from two networks, on a desktop or for the console, and
  within twelve hours the same session created a user or an access key. The short-lived credential was stolen,
  and is being changed for one that lasts.
false_positives:
  - >
    An engineer who debugs a role at home with a copied credential and creates a user by it. Not counted: other
    sessions of the role, which may be the real workload.
respond:
  - >
    Take the new user or key away (last step), and end the role's sessions: a Deny on aws:TokenIssueTime.
  - Take the instance or function off the network and look how the credential got out; ask for IMDSv2.
  - Take iam:Create* from the role.
references:
  - >
    Instance metadata service,
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules:
  - instance_credentials_used_from_two_networks
  - workload_credentials_used_on_desktop
  - workload_role_opened_console
  - user_given_access_by_workload
  - access_key_created_by_role
entity: [actor]
window: 1d
lookback: 13h
---*/
WITH stolen AS (
  SELECT *, details ->> 'user_arn' AS actor
  FROM findings
  WHERE rule_id IN (
    'instance_credentials_used_from_two_networks', 'workload_credentials_used_on_desktop', 'workload_role_opened_console'
  )
),
created AS (
  SELECT *, details ->> 'user_arn' AS actor
  FROM findings
  WHERE rule_id IN ('user_given_access_by_workload', 'access_key_created_by_role')
)
SELECT
  min(created.time) AS time,
  date_bin($window, created.time) AS window_start,
  created.actor,
  min(created.principal) AS principal,
  min(created.account_id) AS account_id,
  CASE WHEN min(created.source_ip) = max(created.source_ip) THEN min(created.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT stolen.finding_id), array_agg(DISTINCT created.finding_id)) AS steps,
  created.actor || ' was used where the workload is not, then called ' || min(created.event_names ->> 0) AS message
FROM stolen
JOIN created ON created.actor = stolen.actor
  AND created.time >= stolen.time
  AND created.time <= stolen.time + INTERVAL '12 hours'
GROUP BY created.actor, date_bin($window, created.time)
