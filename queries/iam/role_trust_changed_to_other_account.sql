/*---
id: role_trust_changed_to_other_account
title: Existing role opened to another account
severity: medium
status: stable
attack: [T1098.003, T1199]
practice: policy-conditions
description: >
  A role that was there before can now be taken from another account. It keeps its rights and its good name; that
  makes it a better back door than a new role or user.
false_positives:
  - A pipeline or tool of the same organisation gets access. List such accounts in trusted_accounts.
  - A vendor changes its account.
respond:
  - >
    Whose account is it? Look for it in the organisation (`aws organizations describe-account --account-id ID`)
    and in the vendor's documentation.
  - Put the old trust policy back if nobody knows; find it with the hunt `policy_changes`.
  - Look for sessions of the role from there (hunt `cross_account_roles`).
references:
  - UpdateAssumeRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: accounts of your own and of vendors, which roles may trust
---*/
-- Accounts come as a number or in an ARN; those of the principals that aren't known remain.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateAssumeRolePolicy'
  AND regexp_like(
    array_to_string(
      array_except(
        array_except(
          string_to_array(
            regexp_replace(
              array_to_string(policy_principals(request_parameters ->> 'policyDocument'), ','),
              'arn:aws[^:,]*:(iam|sts)::(\d{12}):[^,]*', '\2', 'g'
            ),
            ','
          ),
          make_array(coalesce(recipient_account_id, user_account_id))
        ),
        $trusted_accounts
      ),
      ','
    ),
    '(^|,)\d{12}(,|$)'
  )
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
