/*---
id: lightsail_compute_created
title: Machines were created in Lightsail
severity: medium
status: stable
attack: [T1578.002, T1496.001]
practice: least-privilege
description: >
  Lightsail machines live outside EC2 and are rarely watched, so intruders use them for mining and for their own
  servers. Few companies use Lightsail for anything.
false_positives:
  - Accounts where Lightsail is in use; suppress their principals.
respond:
  - Ask the caller whether Lightsail is in use here.
  - >
    If unknown, delete the machines (`aws lightsail delete-instance`) after keeping a snapshot, and disable the
    caller's key.
  - Deny lightsail:* by an organization policy where it is not used.
references:
  - CreateInstances, https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CreateInstances.html
  - >
    CreateContainerService,
    https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CreateContainerService.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lightsail.amazonaws.com'
  AND event_name IN ('CreateInstances', 'CreateInstancesFromSnapshot', 'CreateContainerService')
  AND error_code IS NULL
  AND error_message IS NULL
