/*---
id: password_policy_read
title: Password policy read by a program
severity: info
status: stable
attack: [T1201]
practice: monitoring
description: >
  The password policy tells how passwords must look before somebody guesses or makes one. The console and audit tools
  read it all the time; by hand from a command line it is a step of looking around.
false_positives:
  - Audit tools and compliance checks.
respond:
  - See what else the caller read (`trailhound query -f principal_timeline --param who=<name>`).
  - Ask the caller if other findings name them.
  - >
    If unexplained: rotate the credential.
references:
  - GetAccountPasswordPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'GetAccountPasswordPolicy'
  AND NOT coalesce(session_credential_from_console, false)
  AND coalesce(user_invoked_by, '') = ''
  AND (user_type IS DISTINCT FROM 'AWSService')
  AND error_code IS NULL
  AND error_message IS NULL
