/*---
id: role_trust_of_unlisted_account
title: Role opened to an account that is not on the list
severity: high
status: stable
attack: [T1098.003, T1199]
practice: policy-conditions
description: >
  The account is none of yours and none of your vendors'. Somebody there can now take the role and act in this
  account, for as long as the trust policy says so.
false_positives:
  - A new vendor, or a new account of the organisation, that isn't on the list yet.
respond:
  - >
    Close it if nobody knows the account: `aws iam update-assume-role-policy --role-name NAME --policy-document
    FILE`.
  - Look for sessions of the role from there (hunt `cross_account_roles`), and revoke them.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - UpdateAssumeRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
  - CreateRole, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
params:
  trusted_accounts:
    type: text[]
    required: true
    description: all accounts of your own and of vendors, which roles may trust
---*/
-- Accounts come as a number or in an ARN; those of the principals that aren't known remain.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreateRole', 'UpdateAssumeRolePolicy')
  AND regexp_like(
    array_to_string(
      array_except(
        array_except(
          string_to_array(
            regexp_replace(
              array_to_string(
                policy_principals(
                  coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument')
                ), ','
              ),
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
