/*---
id: password_policy_deleted
title: Account's password policy deleted
severity: medium
status: stable
attack: [T1556]
practice: policy-conditions
description: >
  IAM users may now choose passwords of eight characters that never expire. Nobody needs a weaker policy for daily
  work; it makes guessing and keeping passwords easier.
false_positives:
  - Infrastructure code that replaces the policy, with UpdateAccountPasswordPolicy right after.
respond:
  - Ask the caller; look for UpdateAccountPasswordPolicy after it.
  - Put the policy back (`aws iam update-account-password-policy`).
  - >
    If unexplained: look at what else the caller did (`trailhound query -f principal_timeline --param who=<name>`).
references:
  - DeleteAccountPasswordPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountPasswordPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'DeleteAccountPasswordPolicy'
  AND error_code IS NULL
  AND error_message IS NULL
