/*---
id: eks_logging_disabled
title: The audit log of a Kubernetes cluster was switched off
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  From here on nobody sees what is done inside the cluster. CloudTrail does not have that. Only the change of the
  audit log counts, not that of the other kinds.
false_positives:
  - Saving the cost of logs in a test cluster. The console repeats the kinds that were off before.
respond:
  - >
    Switch it on again: `aws eks update-cluster-config --logging …` with audit.
  - Ask the caller; see what the principal did before.
  - Look at workloads and access entries that came since.
references:
  - Control plane logs, https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'eks.amazonaws.com'
  AND event_name = 'UpdateClusterConfig'
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    lower(request_parameters -> 'logging' -> 'clusterLogging' -> 0 ->> 'enabled') = 'false'
      AND regexp_like(request_parameters -> 'logging' -> 'clusterLogging' -> 0 ->> 'types', '"audit"')
    OR lower(request_parameters -> 'logging' -> 'clusterLogging' -> 1 ->> 'enabled') = 'false'
      AND regexp_like(request_parameters -> 'logging' -> 'clusterLogging' -> 1 ->> 'types', '"audit"')
  )
