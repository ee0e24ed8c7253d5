/*---
id: workload_role_opened_console
title: Console opened with credentials of an instance
severity: high
status: stable
attack: [T1552.005, T1550.001, T1021.007]
practice: monitoring
description: >
  The role of a machine was used to open the console. Machines don't look at web pages: somebody took the credentials
  from the instance's metadata service and uses them by hand.
false_positives:
  - A person on a bastion host who opens the console with the host's role on purpose.
respond:
  - Isolate the instance named in the session (user_principal_id ends in its id) and keep its disk for later.
  - >
    See what the role did from which addresses (`trailhound query -f instance_credentials_elsewhere`,
    principal_timeline).
  - Revoke the role's sessions (AWSRevokeOlderSessions policy), require IMDSv2, find the hole they came through.
references:
  - Instance metadata and IMDSv2, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
---*/
-- An instance's session is named by its id: i-… of EC2, mi-… of a machine that Systems Manager looks after, 32
-- hexadecimal digits of an ECS task.
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name IN ('ConsoleLogin', 'GetSigninToken')
  AND user_type = 'AssumedRole'
  AND regexp_like(user_principal_id, ':(m?i-[0-9a-f]{8,17}|[0-9a-f]{32})$')
  AND lower(coalesce(response_elements ->> event_name, 'success')) = 'success'
  AND error_code IS NULL
