/*---
id: rds_iam_authentication_off
title: IAM authentication of a database turned off
severity: low
status: stable
attack: [T1556]
practice: least-privilege
description: >
  With IAM authentication people log in with short-lived tokens that end with their role. Without it only passwords
  are left, which can be shared and outlive everybody.
false_positives:
  - A database whose users never used it.
respond:
  - Ask the caller why.
  - >
    Turn it on again: `aws rds modify-db-instance --db-instance-identifier ID --enable-iam-database-authentication`.
  - Look for a changed master password of the same database.
references:
  - IAM database authentication, https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('ModifyDBInstance', 'ModifyDBCluster')
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(request_parameters ->> 'enableIAMDatabaseAuthentication') = 'false'
