/*---
id: password_policy_weak
title: Account's password policy set to short passwords
severity: low
status: stable
attack: [T1556]
practice: policy-conditions
description: >
  The call replaces the whole policy: what it leaves out falls back to AWS's default, and a minimum length left out is
  6. Length is what makes a password hard to guess.
false_positives:
  - A site whose rules ask for less; set minimum_password_length.
  - A script that only wanted to change something else and forgot that the rest is reset.
respond:
  - Read request_parameters and compare with what the policy should be (`aws iam get-account-password-policy`).
  - Ask the caller, and put the policy right.
  - >
    If unexplained: look at what else the caller did (`trailhound query -f principal_timeline --param who=<name>`).
references:
  - UpdateAccountPasswordPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
params:
  minimum_password_length:
    type: int
    default: 14
    description: shortest password that the policy may allow
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateAccountPasswordPolicy'
  AND coalesce(TRY_CAST(request_parameters ->> 'minimumPasswordLength' AS INT), 6) < $minimum_password_length
  AND error_code IS NULL
  AND error_message IS NULL
