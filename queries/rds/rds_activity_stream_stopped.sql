/*---
id: rds_activity_stream_stopped
title: Activity stream of a database stopped or unlocked
severity: high
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  The stream tells a party outside the database what its administrators do. Stopped, they work unseen; with the policy
  unlocked they can change what is audited.
false_positives:
  - A database that is taken down, or whose auditing changes in a planned way.
respond:
  - >
    Start it again: `aws rds start-activity-stream`, or lock it: `modify-activity-stream --audit-policy-state locked`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look at the database's own log for queries since then.
references:
  - StopActivityStream, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StopActivityStream.html
  - ModifyActivityStream, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyActivityStream.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('StopActivityStream', 'ModifyActivityStream')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (event_name = 'StopActivityStream' OR lower(request_parameters ->> 'auditPolicyState') = 'unlocked')
