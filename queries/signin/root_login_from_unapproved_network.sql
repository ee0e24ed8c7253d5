/*---
id: root_login_from_unapproved_network
title: Root signed in from outside the approved networks
severity: critical
status: stable
attack: [T1078.004]
practice: avoid-root
description: >
  Root signs in rarely, for planned work, from a place that is known. A good root password used from anywhere else,
  MFA or not, is most likely in other hands.
false_positives:
  - The keeper of the root credentials at home or travelling, without the VPN.
respond:
  - Call the keeper of the root credentials (not by mail to the account's address, which the intruder may read).
  - List what root did next (`trailhound query -f root_trail`), keys and users it made above all.
  - >
    If nobody knows of it: change the root password, check MFA devices and the account's e-mail address, contact AWS
    Support.
references:
  - AWS account root user, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
params:
  approved_networks:
    type: cidr[]
    required: true
    description: networks, IPv4 and IPv6, from which people and workloads call AWS
---*/
SELECT * FROM cloudtrail
WHERE event_name = 'ConsoleLogin'
  AND event_source = 'signin.amazonaws.com'
  AND user_type = 'Root'
  AND lower(response_elements ->> 'ConsoleLogin') = 'success'
  AND NOT coalesce(ip_in(source_ip, $approved_networks), true)
