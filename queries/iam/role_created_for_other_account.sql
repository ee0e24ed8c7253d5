/*---
id: role_created_for_other_account
title: Role created that another account can take
severity: low
status: stable
attack: [T1098.003, T1136.003, T1199]
practice: policy-conditions
description: >
  A new role can be taken from another account. Vendors and central tools work this way; so does an intruder who
  wants to come back without a key.
false_positives:
  - Set-up of a vendor's or the organisation's tool. List their accounts in trusted_accounts.
respond:
  - Whose account is it? Look for it in the organisation and in the vendor's documentation.
  - See what the role may do (`aws iam list-attached-role-policies`, `list-role-policies`).
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - CreateRole, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: accounts of your own and of vendors, which roles may trust
---*/
-- Accounts come as a number or in an ARN; those of the principals that aren't known remain.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateRole'
  AND regexp_like(
    array_to_string(
      array_except(
        array_except(
          string_to_array(
            regexp_replace(
              array_to_string(policy_principals(request_parameters ->> 'assumeRolePolicyDocument'), ','),
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
  AND error_code IS NULL
  AND error_message IS NULL
