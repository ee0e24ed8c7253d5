/*---
id: root_session_token_created
title: Root made temporary credentials of itself
severity: high
status: stable
attack: [T1550.001, T1078.004]
practice: avoid-root
description: >
  Root's key or session was exchanged for temporary credentials. They go on working after the key is deleted, and a
  federation token hides root behind the name of a federated user.
false_positives:
  - Old scripts that fetch a session with MFA for a root key; delete the key.
respond:
  - >
    Follow the new key in response_elements (credentials.accessKeyId) with `trailhound query -f key_activity --param
    key=<key>`.
  - Ask the keeper of the root credentials; delete root access keys.
  - >
    Temporary credentials can't be recalled: if they are misused, change the root password and contact AWS Support.
references:
  - GetFederationToken, https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
  - GetSessionToken, https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name IN ('GetFederationToken', 'GetSessionToken')
  AND user_type = 'Root'
  -- AWS services do it in root's name.
  AND coalesce(user_invoked_by, '') = ''
  AND error_code IS NULL
  AND error_message IS NULL
