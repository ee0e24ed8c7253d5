/*---
id: ec2_traffic_mirroring_changed
title: Traffic mirroring set up, changed or removed, or tried
severity: medium
status: stable
attack: [T1040, T1020.001, T1562]
practice: monitoring
description: >
  A mirror session copies the packets of an instance to somewhere else, with everything in them that is not
  encrypted. Deleting one blinds the sensors that live from it. Refused tries count: few principals have a reason
  to try.
false_positives:
  - The network team at work on its sensors. Changes by CloudFormation are left out.
respond:
  - >
    See the session: whose interface (NetworkInterfaceId) goes to which target (TrafficMirrorTargetId), in which
    account.
  - >
    If unknown, delete the session (`aws ec2 delete-traffic-mirror-session`); if a sensor lost its session, create
    it again.
  - Treat what went over that interface in clear text as known to others.
references:
  - >
    CreateTrafficMirrorSession,
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTrafficMirrorSession.html
  - Traffic mirroring, https://docs.aws.amazon.com/vpc/latest/mirroring/what-is-traffic-mirroring.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN (
    'CreateTrafficMirrorFilter', 'CreateTrafficMirrorFilterRule', 'CreateTrafficMirrorSession',
    'CreateTrafficMirrorTarget', 'ModifyTrafficMirrorFilterNetworkServices', 'ModifyTrafficMirrorFilterRule',
    'ModifyTrafficMirrorSession', 'DeleteTrafficMirrorFilter', 'DeleteTrafficMirrorFilterRule',
    'DeleteTrafficMirrorSession', 'DeleteTrafficMirrorTarget'
  )
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
