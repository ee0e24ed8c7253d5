/*---
id: session_named_like_instance
title: Session made by somebody with the name of an instance
severity: medium
status: stable
attack: [T1036, T1078.004]
practice: monitoring
description: >
  Only EC2 itself names sessions after instances (i-…). Somebody assumed a role and chose such a name, so that what
  follows looks like the work of a server and is passed over by rules and people.
false_positives:
  - A program that names its sessions after the instance it runs on.
respond:
  - Find the caller in principal and source_ip_address; is it that instance?
  - List what the session did, by the new key in response_elements, with hunt key_activity.
  - >
    Unexplained: revoke the role's sessions and treat the caller as stolen.
references:
  - AssumeRole, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRole'
  AND (user_type IS DISTINCT FROM 'AWSService')
  AND regexp_like(request_parameters ->> 'roleSessionName', '^i-[0-9a-f]{8,17}$')
  -- a program on that very instance
  AND (split_part(user_principal_id, ':', 2) IS DISTINCT FROM request_parameters ->> 'roleSessionName')
  AND coalesce(user_invoked_by, '') = ''
  AND error_code IS NULL
  AND error_message IS NULL
