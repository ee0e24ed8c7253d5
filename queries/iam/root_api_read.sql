/*---
id: root_api_read
title: Root user looked at something
severity: medium
status: stable
attack: [T1078.004]
practice: avoid-root
description: >
  A read signed as the root user. The console makes many around every visit; alone they tell that somebody signed in
  as root or holds a root key, and what they looked at.
false_positives:
  - A planned task that only root can do; opening the console as root is enough.
respond:
  - >
    Look at access_key_id: AKIA… is a long-term root key, which should not exist; ASIA… is a console session.
  - Find the sign-in before it and ask the keeper of the root credentials.
  - >
    If nobody knows of it: delete root access keys, change the password, check MFA devices (`trailhound query -f
    root_trail`).
references:
  - AWS account root user, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
  - CloudTrail userIdentity element, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
---*/
SELECT * FROM cloudtrail
WHERE user_type = 'Root'
  -- AWS acting in root's name: a service calling, a service's own event, no address of a client.
  -- The console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND lower(coalesce(event_type, '')) <> 'awsserviceevent'
  AND replace(lower(coalesce(source_ip_address, '')), 'signin.amazonaws.com', '') NOT LIKE '%.amazonaws.com%'
  AND lower(coalesce(source_ip_address, '')) NOT LIKE 'aws internal%'
  -- Signing in is root_console_login's and console_login_failed's.
  AND coalesce(event_source, '') <> 'signin.amazonaws.com'
  -- old records don't say whether they only read
  AND coalesce(read_only, regexp_like(event_name, '^(Get|List|Describe|Head|Lookup|Search)'), false)
  AND NOT coalesce(session_assumed_root, false)
