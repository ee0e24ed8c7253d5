/*---
id: rds_interrupted
title: Database rebooted, failed over or stopped by hand
severity: low
status: stable
attack: [T1499, T1489]
practice: monitoring
description: >
  Each of these cuts the connections of everybody who uses the database. Done again and again, or on many databases,
  it is an outage that somebody makes.
false_positives:
  - Maintenance and tests of a failover; schedules that stop databases at night (suppress their role).
respond:
  - Ask the caller whether it was planned.
  - Look for the same on other databases by the same principal.
  - >
    Start what was stopped: `aws rds start-db-instance`.
references:
  - FailoverDBCluster, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverDBCluster.html
  - RebootDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RebootDBInstance.html
  - StopDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StopDBInstance.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN (
    'FailoverDBCluster', 'FailoverGlobalCluster', 'RebootDBCluster', 'RebootDBInstance', 'RebootDBShardGroup',
    'StopDBCluster', 'StopDBInstance'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
