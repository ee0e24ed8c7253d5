/*---
id: eks_deletion_protection_off
title: Deletion protection of a Kubernetes cluster was switched off
severity: low
status: stable
attack: [T1578.005, T1485]
practice: least-privilege
description: >
  The protection is on for clusters that must not be lost. Taking it off is the step before DeleteCluster.
false_positives:
  - A planned removal of the cluster.
respond:
  - Ask the caller whether the cluster shall go.
  - Look for DeleteCluster afterwards.
  - Switch it on again (`aws eks update-cluster-config --deletion-protection`).
references:
  - UpdateClusterConfig, https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'eks.amazonaws.com'
  AND event_name = 'UpdateClusterConfig'
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(request_parameters ->> 'deletionProtection') = 'false'
