/*---
id: eks_cluster_admin_granted
title: Somebody was made administrator of a Kubernetes cluster
severity: medium
status: stable
attack: [T1098.006]
practice: least-privilege
description: >
  The principal may now do everything in the whole cluster: read its secrets, run pods on its nodes, take the
  roles of its workloads. Grants by CloudFormation are left out.
false_positives:
  - Setting up a cluster, or a new member of its team.
respond:
  - >
    See principalArn in request_parameters: whose is it, and of which account?
  - If unknown, `aws eks disassociate-access-policy` and delete the access entry.
  - Look at what it did in the cluster's audit log.
references:
  - AssociateAccessPolicy, https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateAccessPolicy.html
  - Access entries, https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'eks.amazonaws.com'
  AND event_name = 'AssociateAccessPolicy'
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(request_parameters ->> 'policyArn', 'AmazonEKS(ClusterAdmin|Admin)Policy$')
  AND lower(coalesce(request_parameters -> 'accessScope' ->> 'type', 'cluster')) = 'cluster'
