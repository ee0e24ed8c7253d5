/*---
id: ssm_hybrid_activation_created
title: An activation for machines outside AWS was created
severity: low
status: stable
attack: [T1098.001, T1651]
practice: least-privilege
description: >
  With the code of an activation any machine anywhere can register with Systems Manager and gets credentials of
  the role named here. An intruder can register their own; or register a machine of yours with their own account.
false_positives:
  - Bringing on-premises machines under Systems Manager.
respond:
  - Ask the caller; see the role and the number of registrations.
  - List who registered (`aws ssm describe-instance-information`, ids begin with mi-).
  - If unknown, delete the activation and deregister the machines.
references:
  - CreateActivation, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateActivation.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name = 'CreateActivation'
  AND error_code IS NULL
  AND error_message IS NULL
