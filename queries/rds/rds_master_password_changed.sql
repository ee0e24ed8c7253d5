/*---
id: rds_master_password_changed
title: Master password of a database changed
severity: low
status: stable
attack: [T1098.001]
practice: rotate-credentials
description: >
  Who sets the master password can log in as the owner of the data, without ever having known the old one. The new
  password is hidden in CloudTrail; that one was sent is not. Rotation makes it a daily event: a signal only, and an
  alert if the database was restored shortly before (rule rds_restored_then_password_set).
false_positives:
  - Planned rotation by a person or pipeline. Databases whose password Secrets Manager manages are rotated without
    this call.
respond:
  - Ask the caller, and look whether the change belongs to a known rotation.
  - >
    Look at what the principal did to the same database before: a restore, a public address, a security group.
  - If nobody knows about it, set a new password, end open sessions of the database and read its own log for logins.
references:
  - ModifyDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
  - ModifyDBCluster, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('ModifyDBInstance', 'ModifyDBCluster', 'ModifyTenantDatabase')
  AND error_code IS NULL
  AND error_message IS NULL
  -- The value is masked, in several ways.
  AND coalesce(request_parameters ->> 'masterUserPassword', '') <> ''
