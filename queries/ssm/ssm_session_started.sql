/*---
id: ssm_session_started
title: A shell or tunnel to an instance was opened by Session Manager
severity: info
status: stable
attack: [T1021.007, T1651]
practice: least-privilege
description: >
  Session Manager gives a shell without key or open port. Where it is the normal way to log in this is a record of
  who did; elsewhere it is lateral movement.
false_positives:
  - Everybody who logs in by Session Manager.
respond:
  - See who, which target and which document in request_parameters.
  - Read the session log, if it is kept in a bucket or log group.
  - If unknown, end it (`aws ssm terminate-session`).
references:
  - StartSession, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name IN ('StartSession', 'ResumeSession')
  AND error_code IS NULL
  AND error_message IS NULL
