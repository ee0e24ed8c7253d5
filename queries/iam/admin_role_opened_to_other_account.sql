/*---
id: admin_role_opened_to_other_account
title: A role was given all rights and opened to another account
severity: high
status: stable
attack: [T1098.003, T1199, T1136.003]
practice: least-privilege
description: >
  Within an hour, in whatever order, a role was opened to an account that isn't known and got administrator rights.
  That is a complete back door: it works from outside, without a key, until somebody reads trust policies. What
  CloudFormation, Terraform and the like do is left out.
false_positives:
  - Onboarding, by hand, of a vendor or an account of your own that wants all rights; list it in trusted_accounts.
respond:
  - >
    Whose account is it? If nobody knows: `aws iam update-assume-role-policy` to close it, then revoke the
    role's sessions.
  - Look for sessions of the role from there (hunt `cross_account_roles`).
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - UpdateAssumeRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
  - AttachRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: accounts of your own and of vendors, which administrator roles may trust
entity: [account_id, role_name]
window: 1h
lookback: 1h
---*/
WITH step AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account,
    request_parameters ->> 'roleName' AS role,
    principal,
    source_ip,
    array_to_string(
      array_except(
        array_except(
          string_to_array(
            regexp_replace(
              array_to_string(
                policy_principals(
                  coalesce(request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'policyDocument')
                ),
                ','
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
    ) AS let_in,
    coalesce(regexp_like(request_parameters ->> 'policyArn', ':policy/([^:]*/)?(AdministratorAccess|IAMFullAccess)$'), false)
      -- One statement without a condition; those that deny are taken out first.
      OR coalesce(
        regexp_like(
          regexp_replace(
            regexp_replace(request_parameters ->> 'policyDocument', '\$\{[^{}]*\}|\{\s*\}', '', 'g'),
            '\{[^{}]*"Effect"\s*:\s*"Deny"[^{}]*\}', '', 'gi'
          ),
          '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"\*+(:\*+)?"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"\*+"|"Resource"\s*:\s*(\[[^\]]*)?"\*+"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"\*+(:\*+)?")[^{}]*\}',
          'i'
        ),
        false
      ) AS empowers
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN ('CreateRole', 'UpdateAssumeRolePolicy', 'AttachRolePolicy', 'PutRolePolicy')
    AND error_code IS NULL
    AND error_message IS NULL
    -- Landing zones are built by services and tools.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
    AND NOT coalesce(regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane'), false)
),
pair AS (
  SELECT
    greatest(opened.event_time, empowered.event_time) AS event_time,
    opened.account,
    opened.role,
    opened.event_id AS opened_id,
    empowered.event_id AS empowered_id,
    opened.let_in,
    CASE WHEN empowered.event_time >= opened.event_time THEN empowered.principal ELSE opened.principal END AS principal,
    CASE WHEN empowered.event_time >= opened.event_time THEN empowered.source_ip ELSE opened.source_ip END AS source_ip
  FROM step AS opened
  INNER JOIN step AS empowered ON opened.account = empowered.account AND opened.role = empowered.role
  WHERE regexp_like(opened.let_in, '(^|,)(\d{12}|\*)(,|$)')
    AND empowered.empowers
    AND empowered.event_time >= opened.event_time - INTERVAL '1 hour'
    AND empowered.event_time <= opened.event_time + INTERVAL '1 hour'
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  -- The pair's two calls, however often they were made.
  count(DISTINCT opened_id) + count(DISTINCT empowered_id) AS count,
  array_slice(array_sort(array_distinct(array_cat(array_agg(opened_id), array_agg(empowered_id)))), 1, 100) AS event_ids,
  'role ' || role || ' got administrator rights and lets in ' || min(let_in) AS message,
  account AS account_id,
  role AS role_name,
  min(principal) AS principal,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip,
  min(let_in) AS let_in
FROM pair
GROUP BY account, role, date_bin($window, event_time)
