/*---
id: kubernetes_token_used_outside_cluster
title: Kubernetes service account token used outside the cluster
severity: high
status: stable
attack: [T1528, T1078.004]
practice: policy-conditions
description: >
  The token of a pod's service account was traded for a role from an address that isn't one of the cluster's. Pods
  have no reason to be elsewhere: the token was copied out of a container.
false_positives:
  - A new NAT gateway or node network that isn't on the list yet.
  - Clusters outside AWS.
respond:
  - Find the service account in user_name and the pods that use it.
  - List what the session did, by the new key in response_elements, with hunt key_activity.
  - Revoke the role's sessions, delete the pods, rotate the service account's tokens, and see how somebody got in.
references:
  - AssumeRoleWithWebIdentity, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
  - IAM roles for service accounts, https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
params:
  cluster_networks:
    type: cidr[]
    required: true
    description: public addresses of the clusters, those of NAT gateways above all
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRoleWithWebIdentity'
  AND user_name LIKE 'system:serviceaccount:%'
  AND NOT coalesce(ip_in(source_ip, $cluster_networks), true)
  -- through a VPC endpoint
  AND NOT coalesce(ip_is_private(source_ip), true)
  AND error_code IS NULL
  AND error_message IS NULL
