/*---
id: account_explored_then_data_taken
title: Account was explored, then secrets or data taken in bulk
severity: high
status: stable
attack: [T1087.004, T1580, T1555.006, T1530]
practice: least-privilege
description: >
  A principal read users, roles and policies of the account in bulk, and within six hours secrets, parameters or
  a bucket in bulk, too. Inventory tools do the first and applications a bit of the second; one that does both
  is looking for a way on.
false_positives:
  - >
    A security scanner that also tries to read secrets, or a migration. Name scanners as inventory_principals in
    [params]: the rules about reading leave them out.
respond:
  - Withdraw the principal's credentials if nobody answers for it.
  - Rotate the secrets that were read.
  - >
    See what the address did: hunt address_activity.
references:
  - Rotating secrets, https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules:
  - account_authorization_read
  - iam_enumerated
  - secrets_read_in_bulk
  - secrets_batch_read_catch_all
  - ssm_parameters_dumped
  - s3_large_download
entity: [principal]
window: 1d
lookback: 7h
---*/
WITH explored AS (
  SELECT * FROM findings WHERE rule_id IN ('account_authorization_read', 'iam_enumerated')
),
took AS (
  SELECT *
  FROM findings
  WHERE rule_id IN (
    'secrets_read_in_bulk', 'secrets_batch_read_catch_all', 'ssm_parameters_dumped', 's3_large_download'
  )
)
SELECT
  min(took.time) AS time,
  date_bin($window, took.time) AS window_start,
  took.principal,
  min(took.account_id) AS account_id,
  CASE WHEN min(took.source_ip) = max(took.source_ip) THEN min(took.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT explored.finding_id), array_agg(DISTINCT took.finding_id)) AS steps,
  took.principal || ' read who may do what in the account, then: ' || min(took.message) AS message
FROM explored
JOIN took ON took.principal = explored.principal
  AND took.time >= explored.time
  AND took.time <= explored.time + INTERVAL '6 hours'
GROUP BY took.principal, date_bin($window, took.time)
