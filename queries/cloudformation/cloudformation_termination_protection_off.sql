/*---
id: cloudformation_termination_protection_off
title: Termination protection of a stack was switched off
severity: low
status: stable
attack: [T1578.005, T1485]
practice: least-privilege
description: >
  The protection is on for stacks that must not go. Without it DeleteStack takes all that the stack made.
false_positives:
  - A planned removal of the stack.
respond:
  - Ask the caller whether the stack shall go.
  - Look for DeleteStack afterwards.
  - Switch it on again (`aws cloudformation update-termination-protection --enable-termination-protection`).
references:
  - >
    UpdateTerminationProtection,
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateTerminationProtection.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudformation.amazonaws.com'
  AND event_name = 'UpdateTerminationProtection'
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(request_parameters ->> 'enableTerminationProtection') = 'false'
