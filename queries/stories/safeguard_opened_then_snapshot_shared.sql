/*---
id: safeguard_opened_then_snapshot_shared
title: Key or block opened, then a snapshot or image shared outside
severity: high
status: stable
attack: [T1222, T1537]
practice: least-privilege
description: >
  One session let another account use a KMS key, or took the block on public sharing away, and within twelve
  hours shared a snapshot or an image with another account or everybody. An encrypted copy is worth nothing
  without the key: both together carry data out.
false_positives:
  - >
    Copies for another account of your own. Name your accounts as trusted_accounts in [params]: the rules about
    keys and snapshots leave them out, and so does this one. Not counted: another session of the same role.
respond:
  - >
    Take the share back (`aws ec2 modify-snapshot-attribute --attributes createVolumePermission --operation-type
    remove`), and the key's policy or grant.
  - >
    A copy may have been made already: the key's use by the other account is in CloudTrail (Decrypt,
    CreateGrant, ReEncrypt).
  - Ask the principal; if unexplained, withdraw its credentials.
references:
  - Sharing a snapshot, https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules:
  - kms_key_policy_shared
  - kms_grant_for_other_account
  - image_block_public_access_disabled
  - ebs_snapshot_shared_externally
  - ebs_snapshot_shared_publicly
  - rds_snapshot_shared
  - rds_snapshot_made_public
  - ami_shared_externally
  - ami_shared_publicly
entity: [actor]
window: 1d
lookback: 13h
---*/
WITH opened AS (
  SELECT *, details ->> 'user_arn' AS actor, event_names ->> 0 AS call
  FROM findings
  WHERE rule_id IN ('kms_key_policy_shared', 'kms_grant_for_other_account', 'image_block_public_access_disabled')
),
shared AS (
  SELECT *, details ->> 'user_arn' AS actor, event_names ->> 0 AS call
  FROM findings
  WHERE rule_id IN (
    'ebs_snapshot_shared_externally', 'ebs_snapshot_shared_publicly', 'rds_snapshot_shared', 'rds_snapshot_made_public',
    'ami_shared_externally', 'ami_shared_publicly'
  )
)
SELECT
  min(shared.time) AS time,
  date_bin($window, shared.time) AS window_start,
  shared.actor,
  min(shared.principal) AS principal,
  min(shared.account_id) AS account_id,
  CASE WHEN min(shared.source_ip) = max(shared.source_ip) THEN min(shared.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT opened.finding_id), array_agg(DISTINCT shared.finding_id)) AS steps,
  shared.actor || ' called ' || min(opened.call) || ', then shared data by ' || min(shared.call) AS message
FROM opened
JOIN shared ON shared.actor = opened.actor
  AND shared.time >= opened.time
  AND shared.time <= opened.time + INTERVAL '12 hours'
GROUP BY shared.actor, date_bin($window, shared.time)
