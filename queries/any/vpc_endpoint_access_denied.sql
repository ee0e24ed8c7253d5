/*---
id: vpc_endpoint_access_denied
title: VPC endpoint policy denied a call
severity: low
status: stable
attack: [T1048, T1599]
practice: policy-conditions
description: >
  A machine in your network tried to use AWS through a private endpoint in a way that its policy forbids. With
  foreign credentials that is what data being carried out looks like; with your own it is mostly a policy that
  forgot something.
false_positives:
  - >
    A new workload that the endpoint policy doesn't know yet; many findings of one principal within minutes are
    mostly that.
respond:
  - >
    See whose credentials they are: user_account_id against your accounts (hunt network_activity).
  - >
    Find the machine by its private address (source_ip_address) in the endpoint's network, `aws ec2
    describe-network-interfaces --filters Name=addresses.private-ip-address,Values=IP`.
  - >
    Foreign credentials on your machine: isolate it. Your own: mend the policy or the workload.
references:
  - Logging network activity events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html
---*/
SELECT * FROM cloudtrail
-- Any service and any call: network activity events say only that an endpoint was used.
WHERE lower(event_type) IN ('awsvpceevent', 'awsvpceevents')
  AND error_code = 'VpceAccessDenied'
