/*---
id: ec2_termination_protection_off
title: Termination protection of an instance was switched off
severity: low
status: stable
attack: [T1578.005, T1485]
practice: least-privilege
description: >
  The protection is on for machines that must not be lost. Taking it off is the step before TerminateInstances.
false_positives:
  - A planned replacement of the machine.
respond:
  - Ask the caller whether the machine shall go.
  - Look for TerminateInstances afterwards, and for the same change on other instances.
  - Switch it on again (`aws ec2 modify-instance-attribute --disable-api-termination`).
references:
  - >
    ModifyInstanceAttribute,
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'ModifyInstanceAttribute'
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    lower(coalesce(request_parameters -> 'disableApiTermination' ->> 'value', request_parameters ->> 'disableApiTermination')) = 'false'
    OR request_parameters ->> 'attribute' = 'disableApiTermination' AND lower(request_parameters ->> 'value') = 'false'
  )
