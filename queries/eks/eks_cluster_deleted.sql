/*---
id: eks_cluster_deleted
title: A Kubernetes cluster was deleted
severity: medium
status: stable
attack: [T1485, T1489]
practice: least-privilege
description: >
  The cluster with its state and its secrets is gone and does not come back.
false_positives:
  - A planned removal, and short-lived test clusters.
respond:
  - Ask the caller at once; if unknown, disable their credentials.
  - Make the cluster again from its source; volumes may still be there.
  - Turn on deletion protection for the others (`aws eks update-cluster-config --deletion-protection`).
references:
  - DeleteCluster, https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteCluster.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'eks.amazonaws.com'
  AND event_name = 'DeleteCluster'
  AND error_code IS NULL
  AND error_message IS NULL
