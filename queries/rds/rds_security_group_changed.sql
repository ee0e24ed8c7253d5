/*---
id: rds_security_group_changed
title: Database security group changed
severity: low
status: stable
attack: [T1562.007, T1578]
practice: monitoring
description: >
  Database security groups of the old kind say which addresses may try to log in. Few databases still have them, so
  a change is worth a line.
false_positives:
  - Maintenance of an old database.
respond:
  - See what was allowed or taken away in request_parameters.
  - Ask the caller.
  - Compare with the databases that use the group.
references:
  - AuthorizeDBSecurityGroupIngress, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AuthorizeDBSecurityGroupIngress.html
  - CreateDBSecurityGroup, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSecurityGroup.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN (
    'AuthorizeDBSecurityGroupIngress', 'CreateDBSecurityGroup', 'DeleteDBSecurityGroup', 'RevokeDBSecurityGroupIngress'
  )
  AND error_code IS NULL
  AND error_message IS NULL
