/*---
id: flow_logs_deleted
title: VPC flow logs deleted
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  From here on nobody can tell which addresses the network talked to. Written flow logs stay where they are. Flow logs
  that a stack takes away are left out.
false_positives:
  - A VPC that is deleted the same hour, by hand or by Terraform.
respond:
  - >
    Make them again: `aws ec2 create-flow-logs`. Was the VPC deleted too, or does it live on?
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Look at new instances, routes and security groups of that VPC since then.
references:
  - DeleteFlowLogs, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteFlowLogs.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'DeleteFlowLogs'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
