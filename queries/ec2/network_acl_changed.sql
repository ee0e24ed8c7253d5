/*---
id: network_acl_changed
title: Network ACL changed
severity: info
status: stable
attack: [T1562.007]
practice: monitoring
description: >
  What may pass in and out of a subnet was changed. A signal that explains others, not an alert; changes that a
  service makes on somebody's behalf are left out.
false_positives:
  - Everyday administration and infrastructure as code.
respond:
  - See the entry in request_parameters; compare with `aws ec2 describe-network-acls`.
  - Look at who called, from where, and what else they did (hunt principal_timeline).
references:
  - CreateNetworkAclEntry, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html
  - ReplaceNetworkAclEntry, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceNetworkAclEntry.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN (
    'CreateNetworkAcl', 'CreateNetworkAclEntry', 'DeleteNetworkAcl', 'DeleteNetworkAclEntry',
    'ReplaceNetworkAclEntry', 'ReplaceNetworkAclAssociation'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
