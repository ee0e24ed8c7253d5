/*---
id: rds_made_public
title: Database created, changed or restored with a public address
severity: high
status: stable
attack: [T1190, T1537]
practice: policy-conditions
description: >
  A publicly accessible database can be reached from the internet as soon as a security group lets it, and is found
  by scanners within hours. Restoring a snapshot as a public instance is also the shortest way to carry its data
  out.
false_positives:
  - A test or demonstration database that is meant to be public.
  - Infrastructure code that repeats publiclyAccessible on every change of a database that has always been public.
respond:
  - >
    Set it back: `aws rds modify-db-instance --db-instance-identifier ID --no-publicly-accessible
    --apply-immediately`.
  - Look at the security groups of the database and at changes to them by the same principal (hunt
    open_security_groups).
  - Ask the caller; if nobody knows about it, treat the data as read, change the master password and rotate the
    caller's credentials.
references:
  - ModifyDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
  - RestoreDBInstanceFromDBSnapshot, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html
  - Hiding a DB instance from the internet, https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN (
    'CreateDBInstance', 'CreateDBInstanceReadReplica', 'CreateDBCluster', 'ModifyDBInstance', 'RestoreDBInstanceFromDBSnapshot',
    'RestoreDBInstanceFromS3', 'RestoreDBInstanceToPointInTime', 'RestoreDBClusterFromSnapshot',
    'RestoreDBClusterFromS3', 'RestoreDBClusterToPointInTime'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    lower(request_parameters ->> 'publiclyAccessible') = 'true'
    -- Without the parameter the subnet group decides, and the response tells. For ModifyDBInstance the response
    -- repeats what was so before.
    OR coalesce(event_name, '') <> 'ModifyDBInstance' AND lower(response_elements ->> 'publiclyAccessible') = 'true'
  )
