/*---
id: s3_bucket_policy_external
title: Bucket or access point policy lets another account in
severity: medium
status: stable
attack: [T1537, T1530, T1098]
practice: least-privilege
description: >
  The policy names an account that isn't the owner's. An intruder opens a bucket to an account of their own to
  copy it without noise, or to come back. Accounts in trusted_accounts are left out; while that list is empty,
  every other account counts.
false_positives:
  - >
    Sharing inside your organization with accounts that are not in trusted_accounts, and vendors that read or
    write a bucket.
  - Accounts of AWS that deliver logs of load balancers in older regions; add them to trusted_accounts.
respond:
  - >
    Look up the account in the policy (request_parameters); if it is yours or a partner's, add it to
    trusted_accounts.
  - If not, set the former policy again or delete it, `aws s3api delete-bucket-policy --bucket NAME`.
  - >
    With data events: see what that account read (hunt data_reads_by_bucket). Look at what else the caller did.
references:
  - PutBucketPolicy, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name IN ('PutBucketPolicy', 'PutAccessPointPolicy')
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    regexp_replace(
      replace(
        array_to_string(policy_principals(coalesce(request_parameters ->> 'bucketPolicy', request_parameters ->> 'policy')), ' ')
        -- Everybody, if they are of that account.
        || CASE
          WHEN array_has(
            policy_principals(coalesce(request_parameters ->> 'bucketPolicy', request_parameters ->> 'policy')), '*'
          )
            THEN ' ' || coalesce(regexp_match(
              coalesce(request_parameters ->> 'bucketPolicy', request_parameters ->> 'policy'),
              '"aws:principal(account|arn)"\s*:\s*(\[[^]]*\]|"[^"]*")', 'i'
            )[2], '')
          ELSE ''
        END,
        coalesce(recipient_account_id, user_account_id, ''), ''
      ),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^|[^0-9a-zA-Z])[0-9]{12}([^0-9a-zA-Z]|$)'
  )
