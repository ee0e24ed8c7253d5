/*---
id: cross_account_trust_without_condition
title: Role trusts another account without a condition
severity: low
status: stable
attack: [T1199]
practice: policy-conditions
description: >
  Everybody in the other account who may call sts:AssumeRole gets in: no external id, no MFA, no organisation is
  asked for. With a vendor this lets its other customers in through it (the confused deputy).
false_positives:
  - Accounts of one organisation with one team; aws:PrincipalOrgID costs nothing there.
respond:
  - Find out whose account it is.
  - >
    Add a condition: sts:ExternalId for vendors, aws:PrincipalOrgID for your own accounts,
    aws:MultiFactorAuthPresent for people.
  - Name a role instead of the whole account in Principal.
references:
  - The confused deputy problem, https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreateRole', 'UpdateAssumeRolePolicy')
  -- Some statement has none: with the braces of principals and of empty conditions gone, it has no brace inside.
  AND (
    NOT regexp_like(
      coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument', ''),
      '"Condition"|%22Condition%22', 'i'
    )
    OR regexp_like(
      replace(
      regexp_replace(
        regexp_replace(
          coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument'),
          '"Principal"\s*:\s*\{([^{}]*)\}', '"Principal":[\1]', 'gi'
        ),
        '\{\s*\}|\{[^{}]*"Effect"\s*:\s*"Deny"[^{}]*\}', '', 'gi'
      ),
        coalesce(recipient_account_id, user_account_id),
        ''
      ),
      '\{[^{}]*"AWS"[^{}]*[":]\d{12}[":][^{}]*\}',
      'i'
    )
  )
  -- Accounts come as a number or in an ARN; those other than the role's own remain.
  AND regexp_like(
    array_to_string(
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
      ','
    ),
    '(^|,)\d{12}(,|$)'
  )
  AND error_code IS NULL
  AND error_message IS NULL
