/*---
id: cli_signed_in_through_browser
title: Command line signed in through the browser
severity: info
status: stable
attack: [T1528, T1078.004]
practice: monitoring
description: >
  `aws login` and like tools fetched a token for a session of the console. It is the good way to work without access
  keys; a person talked into confirming somebody else's sign-in looks the same, from an address that isn't theirs.
false_positives:
  - Everybody who uses `aws login`.
respond:
  - >
    Compare the address with the user's console login just before (`trailhound query -f sign_in_timeline --param
    user=<name>`).
  - See what the session did (`trailhound query -f principal_timeline --param who=<name>`).
  - >
    If it wasn't them: end the sessions and change the password.
references:
  - Sign in through the AWS CLI, https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sign-in.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'CreateOAuth2Token'
  AND error_code IS NULL
