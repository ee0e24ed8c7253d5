/*---
id: rds_role_added
title: Role attached to a database
severity: low
status: stable
attack: [T1098.001, T1078.004]
practice: least-privilege
description: >
  A role attached to a database lets SQL read and write buckets, call functions or models in the role's name. Who
  can log in to the database then acts with it, outside of any session that CloudTrail knows.
false_positives:
  - Import and export between a database and a bucket, set up on purpose.
respond:
  - >
    See what the role may do (roleArn) and for which feature (featureName: s3Export, Lambda and so on).
  - Ask the caller.
  - Detach it with `aws rds remove-role-from-db-instance` if nobody needs it.
references:
  - AddRoleToDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AddRoleToDBInstance.html
  - AddRoleToDBCluster, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AddRoleToDBCluster.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('AddRoleToDBInstance', 'AddRoleToDBCluster')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
