/*---
id: cloudformation_extension_activated
title: An extension of CloudFormation was activated, registered or published
severity: low
status: stable
attack: [T1546, T1648]
practice: least-privilege
description: >
  An extension is code that runs in stacks with a role; a hook sees and changes every deployment. It is rarely
  used and makes a quiet back door.
false_positives:
  - Teams that use third-party resource types.
respond:
  - See type name, publisher and execution role in request_parameters.
  - Ask the caller.
  - If unknown, `aws cloudformation deactivate-type` or deregister-type, and look at what the role did.
references:
  - Extensions, https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/registry.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudformation.amazonaws.com'
  AND event_name IN ('ActivateType', 'RegisterType', 'PublishType')
  AND error_code IS NULL
  AND error_message IS NULL
