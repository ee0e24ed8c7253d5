/*---
id: eks_cluster_created
title: A Kubernetes cluster or its compute was created
severity: info
status: stable
attack: [T1610, T1496.001]
practice: least-privilege
description: >
  A signal beside others; the creator of a cluster is its first administrator. What CloudFormation makes is left
  out.
false_positives:
  - Setting up a cluster by other tools.
respond:
  - Is EKS in use in this region?
  - See size and instance types.
  - If unknown, delete it and look at the caller.
references:
  - CreateCluster, https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'eks.amazonaws.com'
  AND event_name IN ('CreateCluster', 'CreateNodegroup', 'CreateFargateProfile')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
