/*---
id: glue_dev_endpoint_changed
title: A Glue development endpoint was created or changed
severity: medium
status: stable
attack: [T1098.004, T1098.003]
practice: least-privilege
description: >
  A development endpoint is a machine with an SSH key of the caller's choice and a role. It is a known way to a
  stronger role, and hardly anybody uses it any more.
false_positives:
  - Old Glue projects that still work this way.
respond:
  - See role and public key in request_parameters.
  - If unknown, `aws glue delete-dev-endpoint`, and revoke the sessions of the role.
  - Restrict iam:PassRole to glue.amazonaws.com for that role.
references:
  - Development endpoints, https://docs.aws.amazon.com/glue/latest/dg/dev-endpoint.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'glue.amazonaws.com'
  AND event_name IN ('CreateDevEndpoint', 'UpdateDevEndpoint')
  AND error_code IS NULL
  AND error_message IS NULL
