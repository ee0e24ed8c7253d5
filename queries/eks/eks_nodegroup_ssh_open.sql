/*---
id: eks_nodegroup_ssh_open
title: Nodes of a cluster accept SSH from the internet
severity: medium
status: stable
attack: [T1133, T1021.004]
practice: policy-conditions
description: >
  A node group with an SSH key and without source security groups opens port 22 to the whole internet. Nodes in
  private subnets are spared.
false_positives:
  - Nodes in private subnets; better name the source all the same.
respond:
  - Look at the security group of the node group, and close port 22.
  - Make the node group again without remote access; Session Manager does without.
  - Look at logins on the nodes.
references:
  - CreateNodegroup, https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'eks.amazonaws.com'
  AND event_name = 'CreateNodegroup'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(request_parameters -> 'remoteAccess' ->> 'ec2SshKey', '') <> ''
  AND coalesce(json_length(request_parameters, 'remoteAccess', 'sourceSecurityGroups'), 0) = 0
