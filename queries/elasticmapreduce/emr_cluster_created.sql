/*---
id: emr_cluster_created
title: An EMR cluster was created
severity: info
status: stable
attack: [T1496.001, T1098.003]
practice: least-privilege
description: >
  A cluster is many machines with a role, and steps run any code on them. A signal beside others; clusters by
  CloudFormation or Step Functions are left out.
false_positives:
  - All work with EMR.
respond:
  - Is EMR in use in this region? See size, types and bootstrap actions.
  - Ask the caller.
  - If unknown, `aws emr terminate-clusters`.
references:
  - RunJobFlow, https://docs.aws.amazon.com/emr/latest/APIReference/API_RunJobFlow.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'elasticmapreduce.amazonaws.com'
  AND event_name = 'RunJobFlow'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
