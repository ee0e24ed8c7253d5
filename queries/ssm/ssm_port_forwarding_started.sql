/*---
id: ssm_port_forwarding_started
title: A tunnel into the network was opened by Session Manager
severity: low
status: stable
attack: [T1572, T1021.007]
practice: least-privilege
description: >
  A forwarded port reaches whatever the instance reaches, such as databases in private subnets, and Session
  Manager keeps no log of what goes through it.
false_positives:
  - Developers who reach databases this way, which is better than an open port.
respond:
  - See target, host and port in request_parameters; ask the caller.
  - Look in the logs of the host that was reached.
  - Restrict ssm:StartSession to the documents that people need.
references:
  - StartSession, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name = 'StartSession'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(coalesce(request_parameters ->> 'documentName', ''), '(^|/)AWS-Start(PortForwardingSession(ToRemoteHost|ToSocket)?|SSHSession)$')
