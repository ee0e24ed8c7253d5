/*---
id: signin_sessions_revoked
title: Sign-in sessions of somebody else ended
severity: low
status: stable
attack: [T1531]
practice: monitoring
description: >
  Somebody ended console sessions of another identity. Responders do it to throw an intruder out; an intruder does it
  to throw responders out.
false_positives:
  - Your own answer to an incident, or a user who left.
respond:
  - >
    Read principalArn in request_parameters: whose sessions.
  - Ask the caller which incident it belongs to.
  - >
    If unexplained: revoke the caller's sessions and see what else it did (`trailhound query -f principal_timeline
    --param who=<name>`).
references:
  - AWS Sign-In API, https://docs.aws.amazon.com/signin/latest/APIReference/
---*/
-- Without principalArn they are the caller's own.
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'BatchRevokeSessions'
  AND coalesce(request_parameters ->> 'principalArn', '') <> ''
  AND coalesce(request_parameters ->> 'principalArn', '') <> coalesce(session_issuer_arn, user_arn, '')
  AND error_code IS NULL
  AND error_message IS NULL
