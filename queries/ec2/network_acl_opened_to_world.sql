/*---
id: network_acl_opened_to_world
title: Network ACL lets the whole internet in
severity: low
status: stable
attack: [T1562.007]
practice: policy-conditions
description: >
  An inbound entry that allows traffic from every address to a whole subnet. It takes away a second line of
  defence that was set up on purpose. Web ports, and high ports for answers from the internet, are left out.
false_positives:
  - >
    Setting up a network whose ACLs allow everything, as the default one does, and whose security groups do the
    work.
respond:
  - >
    See the entry in request_parameters, and which subnets the ACL covers, `aws ec2 describe-network-acls
    --network-acl-ids ID`.
  - Remove it, `aws ec2 delete-network-acl-entry --network-acl-id ID --ingress --rule-number N`.
  - Look for security group changes by the same principal (hunts open_security_groups, principal_timeline).
references:
  - CreateNetworkAclEntry, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html
  - ReplaceNetworkAclEntry, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceNetworkAclEntry.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('CreateNetworkAclEntry', 'ReplaceNetworkAclEntry')
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(request_parameters ->> 'egress') = 'false'
  AND lower(request_parameters ->> 'ruleAction') = 'allow'
  AND (request_parameters ->> 'cidrBlock' = '0.0.0.0/0' OR request_parameters ->> 'ipv6CidrBlock' = '::/0')
  -- Web ports, and the high ports at which answers from the internet come back.
  AND NOT coalesce(
    request_parameters -> 'portRange' ->> 'from' IN ('80', '443')
      AND request_parameters -> 'portRange' ->> 'to' IN ('80', '443'),
    false
  )
  AND NOT coalesce(
    TRY_CAST(request_parameters -> 'portRange' ->> 'from' AS INT) >= 1024
      AND TRY_CAST(request_parameters -> 'portRange' ->> 'to' AS INT) >= 32768,
    false
  )
